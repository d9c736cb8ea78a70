/** `toNode(reader)` of an unbuffered pipe: its writer awaits each write, and knows after it that the stream has the bytes. */
import { pipeline } from 'node:stream/promises';
import * as io from 'pipework';
import { toNode } from 'pipework/node';
import type { MessageStream, Rival } from '../rival.js';
import { tallySink } from '../tally-sink.js';

export const rival: Rival = {
  title: 'ours, toNode(reader)',
  openStream: () => throughNode(io.pipe()),
};

export function throughNode({ reader, writer }: io.Pipe): MessageStream {
  return {
    async send(messages, chunks) {
      for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
      writer.close();
    },
    receive: (tally) => pipeline(toNode(reader), tallySink(tally)),
  };
}
