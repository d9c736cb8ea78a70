/**
 * Listeners on a stream that somebody gave away to us. Those of 'error' and 'close' stay until the stream has closed: an
 * error that nobody listens for would end the program, and who has the end learns of it by the end.
 */
import type { EventEmitter } from 'node:events';

export class StreamEvents {
  readonly #stream: EventEmitter;
  readonly #listeners: [name: string, listener: (error: unknown) => void][] = [];

  constructor(stream: EventEmitter) {
    this.#stream = stream;
  }

  on(name: string, listener: (error: unknown) => void): void {
    this.#stream.on(name, listener);
    this.#listeners.push([name, listener]);
  }

  removeAll(): void {
    for (const [name, listener] of this.#listeners.splice(0)) this.#stream.off(name, listener);
  }
}
