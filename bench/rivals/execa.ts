/**
 * execa with its `.pipe()`: the bytes go through streams of this process. `buffer: false` for all but the last: by default it
 * collects what each one writes, and fails beyond 100 MB.
 */
import type { Command, Rival } from '../rival.js';
import { importFromNpm, installFromNpm } from './npm-folder.js';

type Start<Result> = (file: string, args: readonly string[], options: { readonly buffer: boolean }) => Result;

interface Running extends Promise<{ readonly stdout: string }> {
  readonly pipe: Start<Running>;
}

let execa: Start<Running>;

export const rival: Rival = {
  title: 'execa, .pipe()',
  prepare: installFromNpm,
  async load() {
    ({ execa } = await importFromNpm<{ execa: Start<Running> }>('execa'));
  },
  async runPipeline(commands) {
    const [[file, ...args], ...rest] = commands as [Command, ...Command[]];
    let running = execa(file, args, { buffer: rest.length === 0 });
    for (const [i, [file, ...args]] of rest.entries()) {
      running = running.pipe(file, args, { buffer: i === rest.length - 1 });
    }
    const { stdout } = await running;
    return stdout === '' ? '' : `${stdout}\n`; // it takes the last line feed away
  },
  startOne: (file) => execa(file, [], { buffer: true }),
};
