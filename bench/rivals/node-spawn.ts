/**
 * `spawn` of `node:child_process` and `a.stdout.pipe(b.stdin)`, as its manual does it: every byte goes through streams of this
 * process. stderr is this process's own, which costs nothing; where a program is started alone it is a pipe, as ours is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'child_process, .pipe()',
  async runPipeline(commands) {
    const children = commands.map(([file, ...args], i) =>
      spawn(file, args, { stdio: [i === 0 ? 'ignore' : 'pipe', 'pipe', 'inherit'] }),
    );
    for (const [i, { stdout }] of children.entries()) {
      const next = children[i + 1]?.stdin;
      if (next) stdout?.pipe(next);
    }
    const ends = children.map((child) => once(child, 'close'));
    const [output] = await Promise.all([text(children.at(-1)?.stdout as Readable), ...ends]);
    return output;
  },
  startOne(file) {
    const child = spawn(file, [], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    child.stderr.resume();
    return once(child, 'close');
  },
};
