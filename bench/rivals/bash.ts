/**
 * bash, timed by its own clock from before the first fork to after the last wait: its start-up is left out. In its favour:
 * it collects no output, and keeps nothing of what the programs write to stderr.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import type { PipelineTrial, Rival } from '../rival.js';

export const rival: Rival = {
  title: 'bash',
  prepare() {
    const { error, stdout } = spawnSync('bash', ['--norc', '-c', 'echo $EPOCHREALTIME'], {
      encoding: 'utf8',
    });
    if (error !== undefined) return 'there is no bash on the PATH';
    return stdout.trim() === '' ? 'this bash has no clock: it is older than 5.0' : undefined;
  },
  timePipelines(trial) {
    const printed = execFileSync('bash', ['--norc', '-c', scriptOf(trial)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lastLine = printed.lastIndexOf('took ');
    const microseconds = Number(printed.slice(lastLine + 'took '.length));
    return { milliseconds: microseconds / 1000, output: printed.slice(0, lastLine) };
  },
};

function scriptOf({ commands, times, atOnce }: PipelineTrial): string {
  const line = commands.map((command) => command.map(quote).join(' ')).join(' | ');
  return `
    for ((i = 0; i < 3; i++)); do head -c 1024 /dev/zero | cat | wc -c > /dev/null; done
    start=\${EPOCHREALTIME//[!0-9]/}
    for ((i = 0; i < ${times}; i++)); do ${line} ${atOnce ? '&' : ';'} done
    wait
    end=\${EPOCHREALTIME//[!0-9]/}
    echo took $((end - start))`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
