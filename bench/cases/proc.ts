/** A look at many processes and the pipes between them, by a whole program that writes what it sees to a file. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as os from 'pipework/os';
import { type Case, notFor } from '../case.js';
import type { Rival } from '../rival.js';
import { summarize } from '../statistics.js';

const PROCESSES = 500;
/** From each process to the next, and from the last to the first. */
const PIPES_EACH = 4;
const LOOKS = 5;
const WARM_UPS = 1;

export const procCases: readonly Case[] = [
  lookCase('proc-scan', '500 processes with 2,000 pipes, one look', ['ours-ps', 'lsof']),
  lookCase('proc-scan-again', 'the same, in a program that runs already', ['ours-scan', 'lsof']),
];

function lookCase(name: string, title: string, rivals: readonly string[]): Case {
  return {
    name,
    title,
    unit: 'ms',
    rivals,
    async run(rival) {
      const sleepers = startAll();
      try {
        return timeLooks(
          lookOf(
            rival,
            sleepers.map(({ pid }) => pid as number),
          ),
        );
      } finally {
        for (const sleeper of sleepers) sleeper.kill('SIGKILL');
      }
    },
  };
}

/** Processes that sleep, each with four pipes to the next and four from the one before, and nothing else of ours. */
function startAll(): ChildProcess[] {
  const first = makePipes();
  const sleepers: ChildProcess[] = [];
  for (let i = 0, before = first; i < PROCESSES; i++) {
    const behind = i === PROCESSES - 1 ? first : makePipes();
    const ends = [...before.map(({ reader }) => reader), ...behind.map(({ writer }) => writer)];
    sleepers.push(
      spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', ...ends.map(({ fd }) => fd)] }),
    );
    for (const end of ends) end.close();
    before = behind;
  }
  return sleepers;
}

function makePipes(): os.KernelPipeEnds[] {
  return Array.from({ length: PIPES_EACH }, () => os.pipe());
}

/** One look, whose output goes to the file at `path`. */
type Look = (path: string) => void;

function lookOf(rival: Rival, pids: readonly number[]): Look {
  if (rival.look !== undefined) return (path) => rival.look?.(pids, path);
  if (rival.lookCommand === undefined) throw notFor(rival);
  const [file, ...args] = rival.lookCommand(pids);
  return (path) => {
    const output = openSync(path, 'w');
    const { status, error } = spawnSync(file, args, { stdio: ['ignore', output, 'inherit'] });
    closeSync(output);
    if (status !== 0) throw error ?? new Error(`${file} ended with status ${status}`);
  };
}

/** @returns Milliseconds, the median. */
function timeLooks(look: Look): number {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-look-'));
  try {
    const took: number[] = [];
    for (let i = 0; i < WARM_UPS + LOOKS; i++) {
      const path = join(folder, String(i));
      const start = performance.now();
      look(path);
      const end = performance.now();
      if (statSync(path).size < PROCESSES) throw new Error(`only ${statSync(path).size} bytes were written`);
      if (i >= WARM_UPS) took.push(end - start);
    }
    return summarize(took).median;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
