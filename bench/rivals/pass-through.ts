/**
 * Node's `PassThrough` with its default buffer. The writer writes until `write` says that the buffer is full, then waits
 * for `drain`, as the manual asks; the reader listens to `data`, which is its fastest way. In its favour: it passes
 * references on and copies nothing, the reader never waits between two messages, and the writer never learns that
 * anything was taken. pass-through-await.ts is the same stream with a reader that loops as ours does.
 */
import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { Rival } from '../rival.js';
import type { Tally } from '../tally.js';

export const rival: Rival = {
  title: "PassThrough, 'data'",
  share: 0.1,
  openStream() {
    const stream = new PassThrough();
    return {
      send: (messages, chunks) => sendAsWanted(stream, messages, chunks),
      receive: (tally) => receiveData(stream, tally),
    };
  },
  open: () => new PassThrough(),
};

export async function sendAsWanted(
  stream: Writable,
  messages: number,
  chunks: readonly Uint8Array[],
): Promise<void> {
  for (let i = 0; i < messages; i++) {
    if (!stream.write(chunks[i % chunks.length])) await once(stream, 'drain');
  }
  stream.end();
}

export async function receiveData(stream: Readable, tally: Tally): Promise<void> {
  stream.on('data', (chunk: Buffer) => tally.add(chunk, chunk.length));
  await once(stream, 'end');
}
