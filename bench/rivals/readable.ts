/**
 * A `Readable` whose `read()` pushes the messages, with Node's default buffer. What is pushed is the consumer's to keep, so a
 * source that has the same four messages for ever gives copies of them away, as ours does. In its favour: nobody writes, it is
 * called back when there is room.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MessageStream, Rival } from '../rival.js';
import { tallySink } from '../tally-sink.js';

export const rival: Rival = {
  title: 'Readable',
  openStream: () => pushing((chunk) => Buffer.from(chunk)),
};

/** @param give Makes what is pushed. */
export function pushing(give: (chunk: Uint8Array) => Uint8Array): MessageStream {
  let next = (): Uint8Array | null => null;
  const stream = new Readable({
    read() {
      this.push(next());
    },
  });
  return {
    async send(messages, chunks) {
      let sent = 0;
      next = () => (sent < messages ? give(chunks[sent++ % chunks.length] as Uint8Array) : null);
    },
    receive: (tally) => pipeline(stream, tallySink(tally)),
  };
}
