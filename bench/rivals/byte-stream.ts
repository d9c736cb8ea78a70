/**
 * A `ReadableStream` of type 'bytes' as the standard's own examples make one: `pull` fills the view of the BYOB request.
 * It copies the same bytes as ours. In its favour: its source has them all at hand, so there is no writer at the other
 * end that would have to wait.
 */
import { type ReadableByteStreamController, ReadableStream } from 'node:stream/web';
import { receiveByob } from '../byob.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: "ReadableStream, type 'bytes'",
  openStream(size) {
    let left = 0; // messages
    let sent = 0; // messages
    let from: readonly Uint8Array[] = [];
    let finish = (): void => {};
    const stream = new ReadableStream(
      {
        type: 'bytes',
        pull(controller: ReadableByteStreamController) {
          const request = controller.byobRequest;
          const view = request?.view as Uint8Array;
          if (left === 0) {
            controller.close();
            request?.respond(0);
            finish();
            return;
          }
          left--;
          view.set(from[sent++ % from.length] as Uint8Array);
          request?.respond(size);
        },
      },
      { highWaterMark: 0 },
    );
    const reader = stream.getReader({ mode: 'byob' });
    return {
      send(messages, chunks) {
        left = messages;
        from = chunks;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
      receive: (tally) => receiveByob(reader, tally, size),
    };
  },
};
