/**
 * Workers that end with pipes that are open and processes that run: these go with them, nobody else's do, and this process
 * goes on.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { closeSync, existsSync, fstatSync, openSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import * as os from 'pipework/os';
import type { Case } from '../../scripts/runtimes/suite.js';
import { fifoPath } from '../os/outside-pairs.js';

type Way = 'exit' | 'throw' | 'terminate';

export const workers: readonly Case[] = [
  ...(['exit', 'throw', 'terminate'] as const).map((way) => ({
    name: `pipe() and fromFd(): a worker that ends by ${way} leaves no end open, and no process that runs`,
    async run() {
      const { reader, writer } = os.pipe();
      const { pids, end } = await start(writer.release());
      // Node's runner cancels a test when the loop runs dry, as it may between the worker's end and the pipe's.
      const alive = setInterval(() => {}, 1000); // milliseconds
      const ended = end(way);
      equal(await reader.read(new Uint8Array(1)), null);
      clearInterval(alive);
      deepEqual(await ended, way === 'throw' ? ['thrown on purpose'] : []);
      reader.close();
      deepEqual(pids.map(isThere), [false, false]);
    },
  })),
  {
    name: 'fromFd(): a worker that ends does not close the number of a descriptor that it gave away',
    async run() {
      const path = fifoPath();
      const reading = openSync(path, 'r+'); // so that to open it for writing does not wait
      const { fd, end } = await start(path);
      rmSync(path);
      const { taken, all } = takeNumber(fd);
      deepEqual(await end('exit'), []);
      equal(fstatSync(taken).isCharacterDevice(), true);
      for (const fd of [...all, reading]) closeSync(fd);
    },
  },
];

interface Started {
  /** The number that fromFd() got. */
  readonly fd: number;
  /** Of its processes. */
  readonly pids: readonly number[];
  /** Resolves when the worker has ended, to what it has thrown. */
  end(way: Way): Promise<string[]>;
}

/** A worker that has pipes; one of them is given by its descriptor, or by a path that the worker opens. */
async function start(given: number | string): Promise<Started> {
  const worker = new Worker(new URL('./worker-with-pipes.js', import.meta.url), { workerData: given });
  const thrown: string[] = [];
  worker.on('error', (error) => thrown.push((error as Error).message));
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const told = await new Promise<Pick<Started, 'fd' | 'pids'>>((resolve) => worker.once('message', resolve));
  return {
    ...told,
    async end(way) {
      if (way === 'terminate') void worker.terminate();
      else worker.postMessage(way);
      await exited;
      return thrown;
    },
  };
}

/** A zombie is there, too. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Opens files until one of them has the number `fd`, which is free: each gets the lowest that is. */
function takeNumber(fd: number): { readonly taken: number; readonly all: readonly number[] } {
  const all: number[] = [];
  do all.push(openSync('/dev/null', 'r'));
  while ((all.at(-1) as number) < fd);
  equal(all.at(-1), fd);
  return { taken: fd, all };
}
