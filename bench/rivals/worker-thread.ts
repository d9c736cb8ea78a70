/**
 * The other thread of the worker cases: a worker that sends messages when it is told how many, or sends each byte back that
 * it gets. What it sends through is up to the rival.
 */
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { messagesOf } from '../tally.js';

/** What the thread is to do, and through what. */
export type Task =
  | {
      readonly task: 'send';
      readonly through: worker.WriterHandle;
      readonly size: number;
      /** Bytes before the first message, which put the stream out of step with the memory. */
      readonly odd: number;
    }
  | { readonly task: 'post'; readonly size: number }
  | { readonly task: 'answer'; readonly from: worker.ReaderHandle; readonly to: worker.WriterHandle }
  | { readonly task: 'answer-posts' }
  | { readonly task: 'wait'; readonly from: worker.ReaderHandle; readonly way: Wait };

/** How a thread that has a reader waits there, if it does. */
export type Wait = 'not at all' | 'awaiting' | 'blocking';

/** Starts the thread; resolves when it is ready. It does not hold the program. */
export async function startThread(task: Task): Promise<Worker> {
  const thread = new Worker(new URL(import.meta.url), { workerData: task });
  await once(thread, 'message');
  return thread;
}

/** What posts are in flight at most, as the pipe's capacity is with ours: a port has no limit of its own. */
export const IN_FLIGHT = 2 ** 20; // bytes

if (parentPort !== null) work(workerData as Task, parentPort);

function work(task: Task, port: NonNullable<typeof parentPort>): void {
  if (task.task === 'send') {
    const writer = worker.openWriter(task.through);
    port.once('message', (messages: number) => {
      const chunks = messagesOf(task.size);
      if (task.odd > 0) writer.writeBlocking(new Uint8Array(task.odd));
      for (let i = 0; i < messages; i++) writer.writeBlocking(chunks[i % chunks.length] as Uint8Array);
      writer.close();
    });
  } else if (task.task === 'post') {
    postMessages(task.size, port);
  } else if (task.task === 'answer') {
    const reader = worker.openReader(task.from);
    const writer = worker.openWriter(task.to);
    port.once('message', () => {
      const byte = new Uint8Array(1);
      while (reader.readBlocking(byte) !== null) writer.writeBlocking(byte);
      writer.close();
    });
  } else if (task.task === 'wait') {
    wait(worker.openReader(task.from), task.way, port);
  } else {
    port.on('message', (message) => port.postMessage(message));
  }
  port.postMessage('ready');
}

/** Once it was told to; it answers with the kernel's number of this thread. */
function wait(reader: worker.WorkerReader, way: Wait, port: NonNullable<typeof parentPort>): void {
  port.on('message', () => {
    port.postMessage(readlinkSync('/proc/thread-self').split('/').at(-1));
    const byte = new Uint8Array(1);
    if (way === 'awaiting') void reader.read(byte);
    else if (way === 'blocking') reader.readBlocking(byte);
  });
}

/** Posts until so many are in flight; the other side says when half of them have come. */
function postMessages(size: number, port: NonNullable<typeof parentPort>): void {
  const chunks = messagesOf(size);
  const credit = Math.max(2, Math.floor(IN_FLIGHT / size));
  let [left, sent, allowed] = [0, 0, credit];
  port.on('message', (messages: number | 'half') => {
    if (messages === 'half') allowed += credit >> 1;
    else left = messages;
    for (; left > 0 && sent < allowed; left--, sent++) port.postMessage(chunks[sent % chunks.length]);
    if (left === 0) port.close();
  });
}
