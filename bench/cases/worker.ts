/** Two threads: a worker sends to the main thread, or gives back each byte that it gets. */
import { setTimeout } from 'node:timers/promises';
import { type Case, notFor } from '../case.js';
import type { Rival } from '../rival.js';
import { caseOf } from './stream.js';
import { tryCase } from './try.js';

const BLOCKING = ['ours-worker', 'post-message', 'c-ring'];

export const workerCases: readonly Case[] = [
  caseOf(
    'worker-64',
    'threads, both block, 64 B',
    { messages: 2_000_000, warmUp: 500_000, size: 64 },
    BLOCKING,
  ),
  caseOf(
    'worker-4k',
    'threads, both block, 4 KiB',
    { messages: 400_000, warmUp: 100_000, size: 4096 },
    BLOCKING,
  ),
  caseOf(
    'worker-64k',
    'threads, both block, 64 KiB',
    { messages: 40_000, warmUp: 10_000, size: 65536 },
    BLOCKING,
  ),
  caseOf(
    'worker-await-4k',
    'threads, main awaits, 4 KiB',
    { messages: 400_000, warmUp: 100_000, size: 4096 },
    ['ours-worker-awaited', 'post-message'],
  ),
  caseOf(
    'worker-odd-4k',
    'threads, 4 KiB after 13 bytes',
    { messages: 400_000, warmUp: 100_000, size: 4096 },
    ['ours-worker-odd', 'ours-worker'],
  ),
  turnCase('worker-turn', 'threads, both block, a byte there and back', 'ours-worker'),
  turnCase('worker-turn-await', 'threads, main awaits, a byte there and back', 'ours-worker-awaited'),
  tryCase('worker-try-64', 'shared memory 64 KiB, tryWrite / tryRead, 64 B', 64, ['ours-worker', 'ringbuf']),
  tryCase('worker-try-4k', 'shared memory 64 KiB, tryWrite / tryRead, 4 KiB', 4096, [
    'ours-worker',
    'ringbuf',
  ]),
  parkedCase('worker-idle', 'a thread has an end, and nothing waits', 'ours-worker-idle'),
  parkedCase('worker-waiting', 'a thread awaits another one', 'ours-worker-waiting'),
  parkedCase('worker-blocked', 'a thread blocks for another one', 'ours-worker-blocked'),
];

const TURNS = 20_000;
const WARM_UP = 5_000; // turns

function turnCase(name: string, title: string, ours: string): Case {
  return { name, title, unit: 'ns/turn', rivals: [ours, 'post-message'], run: timeTurns };
}

/** @returns Nanoseconds for each turn. */
async function timeTurns(rival: Rival): Promise<number> {
  const turns = await rival.openTurns?.();
  if (turns === undefined) throw notFor(rival);
  await turns.turn(WARM_UP);
  const start = process.hrtime.bigint();
  await turns.turn(TURNS);
  const took = Number(process.hrtime.bigint() - start);
  await turns.close();
  return took / TURNS;
}

const SETTLING = 500; // milliseconds: for what a thread does after its start
const WATCHED = 3000; // milliseconds

function parkedCase(name: string, title: string, ours: string): Case {
  return { name, title, unit: 'wake-ups/s', rivals: [ours], run: countWakeUps };
}

/** @returns How often the kernel wakes the thread in a second. */
async function countWakeUps(rival: Rival): Promise<number> {
  const thread = await rival.openParked?.();
  if (thread === undefined) throw notFor(rival);
  await setTimeout(SETTLING);
  const before = thread.wakeUps();
  await setTimeout(WATCHED);
  const count = thread.wakeUps() - before;
  await thread.close();
  return count / (WATCHED / 1000);
}
