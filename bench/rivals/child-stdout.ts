/** `child.stdout` with its `data` events, as the manual of `node:child_process` says: a socket pair, not a pipe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Rival } from '../rival.js';
import { CProgram } from './c-compiler.js';
import { receiveData } from './pass-through.js';

const program = new CProgram('c-child');

export const rival: Rival = {
  title: "child.stdout, 'data'",
  prepare: () => program.compile(),
  openStream(size) {
    let stdout: Readable;
    return {
      async send(messages) {
        const child = spawn(program.path, [String(messages), String(size)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        stdout = child.stdout;
        const [status] = await once(child, 'exit');
        if (status !== 0) throw new Error(`the child failed: ${status}`);
      },
      receive: (tally) => receiveData(stdout, tally),
    };
  },
};
