/**
 * A short life of kernel pipes and processes, in every way the addon can be used: scripts/test-native.ts runs it under sanitizers, whose
 * findings end it. Workers run it too, and are terminated at some moment of it.
 */
import { closeSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';
import * as proc from 'pipework/proc';

const PAIRS = 50;
const WORKERS = 6;
const PROCESSES = 10;

await useOnce();
if (isMainThread) {
  for (let i = 0; i < WORKERS; i++) await runWorker(i);
  console.log('exercise: done');
} else {
  // What stays here is for the clean-up: parked reads of both kinds, more bytes coming from outside, processes.
  exec.pipeline(['sleep', '1000'], ['cat']);
  const { reader, writer } = os.pipe();
  const outside = writer.release();
  const parked = os.pipe();
  parked.reader.read(new Uint8Array(1)).catch(() => {});
  parked.writer.fd;
  parentPort?.postMessage(outside);
  for await (const _ of reader) writeSync(outside, 'again');
}

async function useOnce(): Promise<void> {
  await both();
  await outside();
  await manyAtOnce();
  giveUp();
  await processes();
  look();
}

/** At everything there is. */
function look(): void {
  const { reader, writer } = os.pipe();
  proc.verdict(proc.scan({ asleep: true }));
  reader.close();
  writer.close();
}

async function both(): Promise<void> {
  const { reader, writer } = os.pipe({ name: 'both' });
  const sent = writer.write(new Uint8Array(1 << 20)).then(() => writer.close());
  await io.readAll(reader);
  await sent;
  reader.close();
  const broken = os.pipe();
  broken.reader.close();
  await broken.writer.write('x').catch(() => {});
}

/** Through the event loop: a descriptor of the other end has left. */
async function outside(): Promise<void> {
  const { reader, writer } = os.pipe();
  const number = writer.release();
  const into = new Uint8Array(100);
  const waits = reader.read(into);
  setImmediate(() => writeSync(number, 'from outside'));
  await waits;
  closeSync(number);
  await reader.read(into);
  reader.close();
  const end = os.pipe();
  const again = os.fromFd(end.reader.release(), 'r');
  const read = again.read(into);
  await end.writer.write('again');
  await read;
  end.writer.close();
  again.close();
}

async function manyAtOnce(): Promise<void> {
  const pairs = Array.from({ length: PAIRS }, () => os.pipe());
  const numbers = pairs.map(({ writer }) => writer.release());
  const reads = pairs.map(({ reader }) => reader.read(new Uint8Array(8)).catch(() => null));
  setImmediate(() => {
    for (const [i, number] of numbers.entries()) if (i % 3 !== 0) writeSync(number, 'x');
    for (const [i, { reader }] of pairs.entries()) if (i % 3 === 0) reader.close();
  });
  await Promise.all(reads);
  for (const { reader } of pairs) reader.close();
  for (const number of numbers) closeSync(number);
}

/** Wrong use and closed ends, down to the addon. */
function giveUp(): void {
  const { reader, writer } = os.pipe();
  writer.tryWrite(new Uint8Array(64));
  reader.tryRead(new Uint8Array(32));
  reader.close();
  reader.close();
  writer.abort();
  try {
    os.fromFd(2 ** 31 - 1, 'r');
  } catch {
    // EBADF
  }
}

/** Good and failing ones, found and not, ended from here, several at once. */
async function processes(): Promise<void> {
  const runs = Array.from({ length: PROCESSES }, (_, i) =>
    exec.run(['sh', '-c', `cat; echo to stderr >&2; exit ${i % 2}`], ['cat'], { stdin: 'x' }).catch(() => {}),
  );
  await Promise.all(runs);
  await exec.run(['/nowhere/x']).catch(() => {});
  await exec.run(exec.command('true', [], { cwd: '/nowhere' })).catch(() => {});
  const job = exec.pipeline(['sh', '-c', 'sleep 1000 & sleep 1000'], ['cat']);
  await job.kill();
}

/** A worker that is busy on its pipes is terminated, at a moment of its own each time. */
async function runWorker(turn: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { trackUnmanagedFds: false });
  const number = await new Promise<number>((resolve) => worker.once('message', resolve));
  for (let i = 0; i <= turn; i++) {
    writeSync(number, 'go');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await worker.terminate();
  closeSync(number);
}
