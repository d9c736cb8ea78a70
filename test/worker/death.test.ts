/**
 * Threads that end without closing: by themselves, by an error, for lack of memory, or terminated. The other side, blocked or
 * awaiting, here or in a third thread, gets what was written before and then an AbandonedPipeError.
 */
import { equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import type { Life } from './mortal-thread.js';
import { type Outcome, readAll, type Waits, writeAll } from './survivor.js';
import { randoms } from './traffic.js';

const COUNT = 1000; // bytes: fit into the pipe

for (const dies of ['reader', 'writer'] as const) {
  for (const death of ['exit', 'throw', 'return', 'memory', 'terminate'] as const) {
    for (const where of ['here', 'elsewhere'] as const) {
      for (const waits of ['awaiting', 'blocking', 'watching'] as const) {
        test(`the ${dies} is in a thread that ends by ${death}: the other end, ${where} and ${waits}, fails`, async () => {
          const { reader, writer } = worker.pipe({ capacity: 4096 });
          const [dying, living] = dies === 'writer' ? [writer, reader] : [reader, writer];
          const thread = mortal({
            handle: dying.handle,
            way: 'awaiting',
            count: dies === 'writer' ? COUNT : 0,
            death: death === 'terminate' ? 'none' : death,
          });
          const moved = once(thread, 'message');
          moved.catch(() => {}); // what it throws
          if (death === 'terminate' && where === 'here' && waits === 'blocking') {
            await moved;
            void thread.terminate(); // and from here on nothing happens in this thread but the call that blocks
          }
          const surviving = where === 'here' ? survive(living, waits) : surviveElsewhere(living, waits);
          if (death === 'terminate') {
            await moved;
            await thread.terminate();
          }
          const { code, message, count, isGood } = await surviving;
          equal(code, 'ERR_PIPE_ABANDONED', message);
          match(message, new RegExp(`the thread that had the ${dies} ended without close\\(\\)`));
          equal(isGood, true);
          if (dies === 'writer' && waits !== 'watching') ok(count >= COUNT, `${count} bytes`);
        });
      }
    }
  }
}

const ROUNDS = process.env['PIPEWORK_SOAK'] === '1' ? 1000 : 20;

for (const dies of ['reader', 'writer'] as const) {
  for (const way of ['blocking', 'awaiting'] as const) {
    test(`a thread terminated at ${ROUNDS} moments, ${way}, with the ${dies}: the other end fails, and nothing else`, async () => {
      const random = randoms(99);
      for (let round = 0; round < ROUNDS; round++) {
        const { reader, writer } = worker.pipe({ capacity: 1 + random(200) });
        const [dying, living] = dies === 'writer' ? [writer, reader] : [reader, writer];
        const thread = mortal({ handle: dying.handle, way, count: 0, death: 'none' });
        await once(thread, 'message');
        const surviving = survive(living, 'awaiting');
        // The moment is a number of turns, in each of which some bytes move.
        for (let turns = random(20); turns > 0; turns--)
          await new Promise((resolve) => setImmediate(resolve));
        const ended = thread.terminate();
        const { code, message, isGood } = await surviving;
        equal(code, 'ERR_PIPE_ABANDONED', message);
        equal(isGood, true);
        await ended;
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

function survive(end: worker.WorkerReader | worker.WorkerWriter, waits: Waits): Promise<Outcome> {
  return 'read' in end ? readAll(end, waits) : writeAll(end, waits);
}

async function surviveElsewhere(
  { handle }: worker.WorkerReader | worker.WorkerWriter,
  waits: Waits,
): Promise<Outcome> {
  const thread = new Worker(new URL('./survivor-thread.js', import.meta.url), {
    workerData: { handle, waits },
  });
  const [outcome] = await once(thread, 'message');
  return outcome;
}
