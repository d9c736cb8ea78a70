/**
 * Whoever forgets that each argument is one stage writes `pipework run cat notes.txt`, and would get a puzzling message of
 * the shell's, or a program that waits for its input. What can only be that mistake is refused before anything runs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as exec from '../../exec/index.js';
import { printable } from '../../proc/index.js';
import { CommandError } from '../command-error.js';

/** @param options The names of the command's own options. @throws {CommandError} */
export function checkStages(stages: readonly string[], options: readonly string[]): void {
  if (stages.length === 0) throw new CommandError('a STAGE is missing');
  for (const [index, stage] of stages.entries()) {
    const what = `stage ${index + 1} is '${printable(stage)}'`;
    if (stage.trim() === '') throw new CommandError(`stage ${index + 1} is empty`);
    if (stage.startsWith('-')) {
      const isOurs = options.includes(stage.split('=')[0]?.slice(2) ?? '');
      throw new CommandError(
        isOurs
          ? `${what}: options stand before the first stage`
          : `${what}, which begins with '-': ${hint(stages, index)}`,
      );
    }
    if (existsSync(stage) && !isCommand(stage)) {
      throw new CommandError(`${what}, which is a file and no command: ${hint(stages, index)}`);
    }
  }
}

/** What was probably meant: the words so far as one stage. */
function hint(stages: readonly string[], index: number): string {
  const words = stages.slice(0, index + 1);
  const meant = printable(String(exec.command('pipework', ['run', words.join(' ')])));
  const example = index === 0 ? '' : `; did you mean: ${meant}`;
  return `each argument is one stage, a command in quotes together with its arguments${example}`;
}

/** Asks the shell, which also knows its own. */
function isCommand(word: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', word], { stdio: 'ignore' }).status === 0;
}
