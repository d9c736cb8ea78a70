/**
 * Threads that end without closing: by themselves, by an error, for lack of memory, or terminated. The other side, blocked or
 * awaiting, here or in a third thread, gets what was written before and then an AbandonedPipeError, and soon.
 */
import { equal, match, ok } from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { SOAK } from '../fixtures/soak.js';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';
import type { Death, Life } from './mortal-thread.js';
import { type Outcome, readAll, surviveElsewhere, type Waits, writeAll } from './survivor.js';
import { randoms } from './traffic.js';

const COUNT = 1000; // bytes: fit into the pipe
/** Until the other side knows. */
const SOON = runtime === 'a page' ? 3000 : 1000; // milliseconds

/** Why a thread cannot die like that, or nobody can know of it. */
function impossible(death: Death | 'terminate', where: string, waits: string): string | false {
  const isPage = runtime === 'a page';
  if (isPage && death === 'throw') return 'a worker of a page goes on after an error';
  if ((isPage || runtime === 'Deno') && death === 'return')
    return `a worker of ${runtime} waits for messages at the end of its code`;
  if (runtime !== 'Node' && death === 'memory')
    return `a worker of ${runtime} that is out of memory takes everything along`;
  if (isPage && where === 'here' && waits === 'blocking')
    return 'the thread that would tell it is the one that is blocked';
  return false;
}

for (const dies of ['reader', 'writer'] as const) {
  for (const death of ['exit', 'throw', 'return', 'memory', 'terminate'] as const) {
    for (const where of ['here', 'elsewhere'] as const) {
      for (const waits of ['awaiting', 'blocking', 'watching'] as const) {
        const name = `the ${dies} is in a thread that ends by ${death}: the other end, ${where} and ${waits}, fails`;
        test(name, { skip: impossible(death, where, waits) }, async () => {
          const { reader, writer } = worker.pipe({ capacity: 4096 });
          const [dying, living] = dies === 'writer' ? [writer, reader] : [reader, writer];
          const { surviving } =
            where === 'elsewhere' ? await survivorOf(living, waits) : { surviving: undefined };
          const thread = mortal({
            handle: dying.handle,
            way: 'awaiting',
            count: dies === 'writer' ? COUNT : 0,
            death: death === 'terminate' ? 'none' : death,
          });
          const exited = exitOf(thread);
          await messageOf(thread); // it has moved that, and is about to die
          if (death === 'terminate') void thread.terminate();
          const { code, message, count, isGood } = await (surviving ?? survive(living, waits));
          const known = performance.now();
          equal(code, 'ERR_PIPE_ABANDONED', message);
          match(message, new RegExp(`the thread that had the ${dies} ended without close\\(\\)`));
          equal(isGood, true);
          if (dies === 'writer' && waits !== 'watching') ok(count >= COUNT, `${count} bytes`);
          if (runtime === 'a page' && death === 'exit') return; // nobody hears when
          const late = known - (await exited);
          ok(late < SOON, `it was known after ${late} ms`);
        });
      }
    }
  }
}

/** Of each of four tests: 20 moments, or 1,000. */
const ROUNDS = SOAK ? 250 : 5;
const WAYS_TO_DIE = (['terminate', 'exit', 'throw'] as const).filter(
  (death) => !impossible(death, 'here', 'awaiting'),
);

for (const dies of ['reader', 'writer'] as const) {
  for (const way of ['blocking', 'awaiting'] as const) {
    const ends = 'is terminated, exits or throws';
    test(`a thread with the ${dies}, ${way}, that ${ends} at ${ROUNDS} moments: the other end fails, and nothing else`, async () => {
      const random = randoms(99);
      for (let round = 0; round < ROUNDS; round++) {
        const { reader, writer } = worker.pipe({ capacity: 1 + random(200) });
        const [dying, living] = dies === 'writer' ? [writer, reader] : [reader, writer];
        const death = WAYS_TO_DIE[round % WAYS_TO_DIE.length];
        // The moment is a number of bytes, or of turns, in each of which some bytes move.
        const life = { handle: dying.handle, way } as const;
        const thread =
          death === 'exit' || death === 'throw'
            ? mortal({ ...life, count: random(2000), death })
            : mortal({ ...life, count: 0, death: 'none' });
        const exited = exitOf(thread);
        const surviving = survive(living, 'awaiting');
        if (death === 'terminate') {
          await messageOf(thread);
          for (let turns = random(20); turns > 0; turns--) await turn();
          void thread.terminate();
        }
        const { code, message, isGood } = await surviving;
        equal(code, 'ERR_PIPE_ABANDONED', message);
        equal(isGood, true);
        if (runtime !== 'a page' || death === 'terminate') await exited;
      }
    });
  }
}

function mortal(life: Life): Worker {
  const thread = new Worker(new URL('./mortal-thread.js', import.meta.url), {
    workerData: life,
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  thread.on('error', () => {}); // what it throws, or that it has no memory
  return thread;
}

/** Also of one that then throws, which would be news for `once()`. */
function messageOf(thread: Worker): Promise<unknown> {
  return new Promise((resolve) => thread.once('message', resolve));
}

/** When it has ended, also by an error. */
function exitOf(thread: Worker): Promise<number> {
  return new Promise((resolve) => thread.once('exit', () => resolve(performance.now())));
}

function survive(end: worker.WorkerReader | worker.WorkerWriter, waits: Waits): Promise<Outcome> {
  return 'read' in end ? readAll(end, waits) : writeAll(end, waits);
}

async function survivorOf(
  { handle }: worker.WorkerReader | worker.WorkerWriter,
  waits: Waits,
): Promise<{ readonly surviving: Promise<Outcome> }> {
  const { outcome } = await surviveElsewhere(handle, waits);
  return { surviving: outcome };
}
