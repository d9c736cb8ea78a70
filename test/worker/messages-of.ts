import type { Worker } from 'node:worker_threads';

/** Gives the messages of a thread in their order, also those that come before they are asked for. */
export function messagesOf<Message>(thread: Worker): () => Promise<Message> {
  const kept: Message[] = [];
  const asked: ((message: Message) => void)[] = [];
  thread.on('message', (message: Message) => {
    const give = asked.shift();
    if (give === undefined) kept.push(message);
    else give(message);
  });
  return () =>
    new Promise((resolve) => {
      if (kept.length > 0) resolve(kept.shift() as Message);
      else asked.push(resolve);
    });
}
