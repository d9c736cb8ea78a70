/** That a runtime's event loop says when it has run dry. */
import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as io from 'pipework';
import * as os from 'pipework/os';
import type { Case } from '../../scripts/runtimes/suite.js';
import { runtime } from './runtime.js';

export const deadlocks: readonly Case[] = [
  {
    name: 'DeadlockError: a read and a write of memory pipes that nothing can end',
    run: () => getStuck(io.pipe(), io.pipe({ capacity: 4 })),
  },
  {
    name: 'DeadlockError: a read and a write of kernel pipes that nothing can end',
    run: () => getStuck(os.pipe(), os.pipe()),
  },
  {
    name: 'DeadlockError: the writer that a child was given was not closed here',
    ...(runtime !== 'Node' && {
      skip: `a wait for somebody outside holds ${runtime}'s event loop while it lasts`,
    }),
    async run() {
      const { reader, writer } = os.pipe();
      spawn('echo', ['from a child'], { stdio: ['ignore', writer.fd, 'inherit'] });
      const error = await io.text(reader).catch((error) => error);
      equal(error.code, 'ERR_PIPE_DEADLOCK');
      equal(reader.bytesRead, 'from a child\n'.length);
      writer.close();
      reader.close();
    },
  },
];

async function getStuck(
  a: { reader: io.PipeReader; writer: io.PipeWriter },
  b: { reader: io.PipeReader; writer: io.PipeWriter },
): Promise<void> {
  const waits = [a.reader.read(new Uint8Array(1)), b.writer.write(new Uint8Array(2 ** 20))];
  const codes = await Promise.all(waits.map((wait) => wait.catch((error) => error.code)));
  deepEqual(codes, ['ERR_PIPE_DEADLOCK', 'ERR_PIPE_DEADLOCK']);
  for (const end of [a.reader, a.writer, b.reader, b.writer]) end.close();
}
