/** Kernel pipes whose other end a child of this runtime has. */
import { equal } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import * as io from 'pipework';
import * as os from 'pipework/os';
import type { Case } from '../../scripts/runtimes/suite.js';

const SIZE = 2 ** 20; // bytes: many times what a pipe holds

export const children: readonly Case[] = [
  {
    name: 'writer.fd: a child inherits it, and its output is read to the end',
    async run() {
      const { reader, writer } = os.pipe();
      const child = spawn('echo', ['from a child'], { stdio: ['ignore', writer.fd, 'inherit'] });
      writer.close();
      equal(await io.text(reader), 'from a child\n');
      equal(await statusOf(child), 0);
    },
  },
  {
    name: 'reader.fd: a child opens it as /dev/stdin, and reads to the end',
    async run() {
      const input = os.pipe();
      const output = os.pipe();
      const child = spawn('cat', ['/dev/stdin'], { stdio: [input.reader.fd, output.writer.fd, 'inherit'] });
      input.reader.close();
      output.writer.close();
      const sent = new Uint8Array(SIZE).map((_, index) => (index * 31) >> 3);
      const written = input.writer.write(sent).then(() => input.writer.close());
      const received = await io.readAll(output.reader);
      equal(Buffer.compare(received, sent), 0);
      await written;
      equal(await statusOf(child), 0);
    },
  },
  {
    name: 'reader.fd: a write fails with EPIPE when the child that had it has gone',
    async run() {
      const { reader, writer } = os.pipe();
      const child = spawn('head', ['-c', '3'], { stdio: [reader.fd, 'ignore', 'inherit'] });
      reader.close();
      const error = await writer.write(new Uint8Array(SIZE)).catch((error) => error);
      equal(error.code, 'EPIPE');
      equal(await statusOf(child), 0);
    },
  },
];

function statusOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}
