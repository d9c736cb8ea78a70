import * as io from '../../io/index.js';
import * as os from '../../os/index.js';

/** What of kernel pipes this system lacks. */
export interface Lack {
  /** All of it, or that the capacity of a pipe can be set. */
  readonly of: 'pipes' | 'capacity';
  /** In the words of the error. */
  readonly reason: string;
}

/** Tries what the tour needs; `undefined` when all of it is there. */
export function lackOfKernelPipes(): Lack | undefined {
  try {
    tryPipe({});
  } catch (error) {
    if (!(error instanceof io.UnsupportedError)) throw error;
    return { of: 'pipes', reason: error.message };
  }
  try {
    tryPipe({ capacity: 4096 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_PIPE_UNSUPPORTED') throw error;
    return { of: 'capacity', reason: message };
  }
  return undefined;
}

function tryPipe(options: io.PipeOptions): void {
  const { reader, writer } = os.pipe(options);
  reader.close();
  writer.close();
}
