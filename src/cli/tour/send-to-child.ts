import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as io from '../../io/index.js';
import * as os from '../../os/index.js';
import type { Digest } from './send.js';

/**
 * Sends all of `source` to a child process, `sha256sum`, whose standard input is a kernel pipe: the digest that it says
 * on its output, which is another. `undefined` when there is no such program; it is killed after `timeout` milliseconds.
 */
export async function sendToChild(source: io.Reader, timeout: number): Promise<Digest | undefined> {
  const input = os.pipe({ name: 'input of sha256sum' });
  const output = os.pipe({ name: 'output of sha256sum' });
  const child = spawn('sha256sum', {
    stdio: [input.reader.fd, output.writer.fd, 'ignore'],
  });
  // The option of spawn() would hold this program up that long when nothing is started.
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  for (const event of ['exit', 'error']) child.once(event, () => clearTimeout(timer));
  input.reader.close(); // the child has its own
  output.writer.close();
  try {
    await once(child, 'spawn');
    const [bytes, said] = await Promise.all([feed(source, input.writer), io.text(output.reader)]);
    return { bytes, sha256: said.split(' ', 1)[0] ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    input.writer.close();
    output.reader.close();
  }
}

/** Bytes that went in: fewer than there are when the child ends early, which is for its digest to show. */
async function feed(source: io.Reader, writer: os.KernelWriter): Promise<number> {
  try {
    return await io.copy(source, writer, { close: true });
  } catch (error) {
    if (!(error instanceof io.BrokenPipeError)) throw error;
    return writer.bytesWritten;
  }
}
