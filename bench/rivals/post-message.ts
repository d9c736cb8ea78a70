/**
 * `postMessage` from a worker, which copies what it is given, and events in the main thread. A port takes whatever it is
 * given, so the sender is told when to go on: half of what may be in flight has come. Without that it would be as fast, and
 * take all the memory there is.
 */
import type { Rival } from '../rival.js';
import { IN_FLIGHT, startThread } from './worker-thread.js';

export const rival: Rival = {
  title: 'postMessage',
  async openStream(size) {
    const thread = await startThread({ task: 'post', size });
    const half = Math.max(2, Math.floor(IN_FLIGHT / size)) >> 1;
    let expected = 0; // messages
    return {
      async send(messages) {
        expected = messages;
        thread.postMessage(messages);
      },
      receive: (tally) =>
        new Promise<void>((resolve) => {
          let got = 0; // messages
          thread.on('message', (bytes: Uint8Array) => {
            tally.add(bytes, bytes.length);
            if (++got % half === 0) thread.postMessage('half');
            if (got === expected) resolve(void thread.terminate());
          });
        }),
    };
  },
  async openTurns() {
    const thread = await startThread({ task: 'answer-posts' });
    let answered = (): void => {};
    thread.on('message', () => answered());
    return {
      async turn(times) {
        for (let i = 0; i < times; i++) {
          await new Promise<void>((resolve) => {
            answered = resolve;
            thread.postMessage(1);
          });
        }
      },
      async close() {
        await thread.terminate();
      },
    };
  },
};
