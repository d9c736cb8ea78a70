import type { JobReader } from './job-reader.js';

/** A pipeline that stands in another command's arguments; made by `substitute()`. */
export class Substitution {
  /** Its output. */
  readonly reader: JobReader;

  readonly #text: string;

  constructor(reader: JobReader, text: string) {
    this.reader = reader;
    this.#text = text;
  }

  /** For messages: what bash would have written. */
  toString(): string {
    return `<(${this.#text})`;
  }
}
