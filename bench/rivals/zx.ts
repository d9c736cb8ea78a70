/**
 * zx with its `.pipe()`, whose programs are each started by a bash of their own. It keeps all that each one writes, twice as
 * many bytes in all, so that 4 GiB do not fit: it moves an eighth of them. (A whole pipeline in one template is bash's work.)
 */
import type { Command, Rival } from '../rival.js';
import { importFromNpm, installFromNpm } from './npm-folder.js';

type Template<Result> = (pieces: TemplateStringsArray, command: Command) => Result;

interface Running extends Promise<{ readonly stdout: string }> {
  readonly pipe: Template<Running>;
}

let $: Template<Running>;

export const rival: Rival = {
  title: 'zx, .pipe()',
  share: 1 / 8,
  prepare: installFromNpm,
  async load() {
    ({ $ } = await importFromNpm<{ $: Template<Running> }>('zx'));
  },
  async runPipeline(commands) {
    const [first, ...rest] = commands as [Command, ...Command[]];
    let running = $`${first}`;
    for (const command of rest) running = running.pipe`${command}`;
    return (await running).stdout;
  },
};
