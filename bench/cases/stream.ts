/**
 * One writer and one reader at the same time, each in a loop of its own, message by message: how long one takes.
 */
import { type Case, notFor } from '../case.js';
import type { Rival, StreamTrial } from '../rival.js';
import { messagesOf, Tally } from '../tally.js';

export const streamCases: readonly Case[] = [
  streamCase('stream-64', 'unbuffered, 64 B', { messages: 400_000, warmUp: 100_000, size: 64 }),
  streamCase('stream-4k', 'unbuffered, 4 KiB', { messages: 300_000, warmUp: 100_000, size: 4096 }),
  streamCase('stream-64k', 'unbuffered, 64 KiB', { messages: 150_000, warmUp: 100_000, size: 65536 }),
];

function streamCase(name: string, title: string, trial: StreamTrial): Case {
  return caseOf(name, title, trial, [
    'ours-unbuffered',
    'go-pipe',
    'transform-stream',
    'pass-through',
    'pass-through-await',
    'ours-bounded',
  ]);
}

/** A case in which each of `rivals` sends the messages of `trial`. */
export function caseOf(name: string, title: string, trial: StreamTrial, rivals: readonly string[]): Case {
  return {
    name,
    title,
    unit: 'ns/message',
    size: trial.size,
    rivals,
    run: (rival) => timeStream(rival, trial),
  };
}

/** @returns Nanoseconds for each message. */
export async function timeStream(rival: Rival, trial: StreamTrial): Promise<number> {
  if (rival.timeStream !== undefined) return rival.timeStream(trial);
  await transfer(rival, trial.warmUp, trial.size);
  return (await transfer(rival, trial.messages, trial.size)) / trial.messages;
}

/** @returns Nanoseconds for all of it. */
async function transfer(rival: Rival, messages: number, size: number): Promise<number> {
  const stream = await rival.openStream?.(size);
  if (stream === undefined) throw notFor(rival);
  const chunks = messagesOf(size);
  const tally = new Tally(size);
  const start = process.hrtime.bigint();
  await Promise.all([stream.send(messages, chunks), stream.receive(tally)]);
  const took = Number(process.hrtime.bigint() - start);
  tally.check(messages, chunks);
  return took;
}
