/**
 * Listeners on a stream that somebody gave away to us. They stay until the stream has closed: an error that nobody listens for
 * would end the program, and who has the end learns of it by the end.
 */
import type { Readable, Writable } from 'node:stream';

export class StreamEvents {
  readonly #stream: Readable | Writable;
  readonly #listeners: [name: string, listener: (error: unknown) => void][] = [];

  constructor(stream: Readable | Writable) {
    this.#stream = stream;
    // It has nothing more to tell, but for an error or a 'close' that wait for the end of this turn.
    if (stream.closed) process.nextTick(() => this.removeAll());
  }

  on(name: string, listener: (error: unknown) => void): void {
    this.#stream.on(name, listener);
    this.#listeners.push([name, listener]);
  }

  removeAll(): void {
    for (const [name, listener] of this.#listeners.splice(0)) this.#stream.off(name, listener);
  }
}
