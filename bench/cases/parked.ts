/**
 * A read that waits on each of very many kernel pipes, then one byte to each from outside: what it takes, for each pipe,
 * until all of them are answered. The bytes are written before the clock starts, and no thread may be added.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type Case, notFor } from '../case.js';
import type { HeldPipe, Rival } from '../rival.js';

const PIPES = 10_000;
const WAKE_UPS = 200_000; // of all pipes of a rival together, so that many and few are measured for as long
const SPARE = 100; // descriptors that Node itself may have
const KEPT_ALIVE = 1000; // milliseconds

export const parkedCases: readonly Case[] = [
  {
    name: 'os-parked',
    title: `${PIPES.toLocaleString('en')} parked reads, waking each`,
    unit: 'ns/wake-up',
    rivals: ['ours-os', 'ours-os-few'],
    async run(rival) {
      const { openHeld } = rival;
      if (openHeld === undefined) throw notFor(rival);
      const pipes = Array.from({ length: countOf(rival) }, openHeld);
      // Another handle holds the loop, as in a server: without one the loop would run dry, and everything be tried.
      const alive = setInterval(() => {}, KEPT_ALIVE);
      await wakeAll(pipes);
      const threads = threadsNow();
      let took = 0; // nanoseconds
      const rounds = Math.ceil(WAKE_UPS / pipes.length);
      for (let round = 0; round < rounds; round++) took += await wakeAll(pipes);
      if (threadsNow() !== threads) throw new Error(`there were ${threads} threads, now ${threadsNow()}`);
      clearInterval(alive);
      for (const pipe of pipes) pipe.close();
      return took / (rounds * pipes.length);
    },
  },
];

/** @returns Nanoseconds from the moment that the last byte was written. */
async function wakeAll(pipes: readonly HeldPipe[]): Promise<number> {
  const into = new Uint8Array(1);
  const reads = pipes.map((pipe) => pipe.read(into));
  for (const pipe of pipes) pipe.poke();
  const start = process.hrtime.bigint();
  const counts = await Promise.all(reads);
  const took = Number(process.hrtime.bigint() - start);
  if (counts.some((count) => count !== 1)) throw new Error('some read was answered with no byte');
  return took;
}

/** As many as asked for, or as the hard limit of descriptors allows, which nobody but root may raise. */
function countOf(rival: Rival): number {
  const limit = Number(/^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  const possible = Math.min(PIPES, Math.floor((limit - SPARE) / 2));
  if (possible < PIPES) console.error(`only ${possible} pipes: the hard limit is ${limit} descriptors`);
  return Math.floor(possible * (rival.share ?? 1));
}

function threadsNow(): number {
  return readdirSync('/proc/self/task').length;
}
