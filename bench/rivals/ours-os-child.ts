/** `pipe()` of `pipework/os` with a child in C that writes: its descriptor is the pipe's `fd`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as os from 'pipework/os';
import { receive } from '../ours.js';
import type { Rival } from '../rival.js';
import { CProgram } from './c-compiler.js';

const program = new CProgram('c-child');

export const rival: Rival = {
  title: 'ours, os',
  prepare: () => program.compile(),
  openStream(size) {
    const { reader, writer } = os.pipe();
    return {
      async send(messages) {
        const child = spawn(program.path, [String(messages), String(size)], {
          stdio: ['ignore', writer.fd, 'inherit'],
        });
        writer.close();
        const [status] = await once(child, 'exit');
        if (status !== 0) throw new Error(`the child failed: ${status}`);
      },
      receive: (tally) => receive(reader, tally, size),
    };
  },
};
