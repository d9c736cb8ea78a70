/**
 * The Web's `tee()` of a byte stream that is pulled, whose chunks are copies of the messages, since they are given away; each
 * branch is read by BYOB. The second branch gets a copy of what the first reads. In its favour: nobody writes.
 */
import { type ReadableByteStreamController, ReadableStream } from 'node:stream/web';
import { receiveByob } from '../byob.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'byte stream, tee()',
  openTee(size) {
    let next = (): Uint8Array | undefined => undefined;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const stream = new ReadableStream({
      type: 'bytes',
      start: () => begun,
      pull(controller: ReadableByteStreamController) {
        const chunk = next();
        if (chunk !== undefined) controller.enqueue(chunk);
        else {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    });
    return {
      async send(messages, chunks) {
        let sent = 0;
        next = () => (sent < messages ? chunks[sent++ % chunks.length]?.slice() : undefined);
        begin();
      },
      receivers: stream.tee().map((branch) => (tally, pause) => {
        const reader = branch.getReader({ mode: 'byob' });
        return receiveByob(reader, tally, size, pause);
      }),
    };
  },
};
