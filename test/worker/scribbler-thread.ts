/** A thread that writes anything anywhere into the headers of pipes, until it is told to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { randoms } from './traffic.js';
import { HEADER_SIZE, WORDS } from './words.js';

const { memories, stop } = workerData as {
  readonly memories: readonly SharedArrayBuffer[];
  readonly stop: Int32Array;
};
const random = randoms(17);
const all = memories.map((memory) => new Int32Array(memory, 0, HEADER_SIZE / 4));
const known = Object.values(WORDS);

parentPort?.postMessage('begun');
while (Atomics.load(stop, 0) === 0) {
  const words = all[random(all.length)] as Int32Array;
  const word = random(4) === 0 ? random(words.length) : (known[random(known.length)] as number);
  Atomics.store(words, word, random(3) === 0 ? random(2 ** 32) | 0 : random(64));
  if (random(8) === 0) Atomics.notify(words, word);
}
