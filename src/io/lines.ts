import { checkOptions, checkSignal, checkWhole } from './arguments.js';
import { type Borrowed, type ByteSource, borrowReader } from './byte-ends.js';
import { abortEnd, CheckedReader, closeEnd } from './checked-ends.js';
import { LimitError } from './limit-error.js';
import { type TextOptions, textDecoder } from './text-decoder.js';
import type { Reader, Signal } from './types.js';

/** Options of `lines()`. */
export interface LinesOptions extends TextOptions {
  /** Ends the loop with its reason, and aborts the reader. */
  readonly signal?: Signal | undefined;
  /** The longest line to accept, in UTF-16 code units as `line.length` counts them; without it, whatever memory holds. */
  readonly max?: number | undefined;
}

/**
 * Reads line by line. A line ends with `\n` or `\r\n`, which is left out; the last one needs neither. Each read asks for 64 KiB,
 * and for more, up to 1 MiB, of a reader that always fills that.
 *
 * Leaving the loop early closes the reader, if it has a `close()`; a line that is too long, bytes that are no text, and
 * a fired signal abort it, since a consumer that stops must not leave its writer waiting.
 *
 * @param reader Any reader, Web stream or iterable of bytes. A stream is locked until the loop has ended.
 * @returns The lines, once.
 * @throws {TypeError} A wrong argument (at once). In the loop: a reader that breaks its contract, or, with `fatal`, bytes
 * that are no text: after all lines before them, of which in other encodings than UTF-8 those of the same read are lost.
 * @throws {RangeError} An unknown encoding, or `max` is no whole number (at once).
 * @throws {LimitError} `ERR_PIPE_LIMIT`, in the loop: a line longer than `max`, after all lines before it.
 * @throws What the reader rejects with, as it is; an unfinished last line is not given out then.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 64 });
 * await writer.write('one\r\ntwo\n\nthree');
 * writer.close();
 * for await (const line of io.lines(reader)) console.log(JSON.stringify(line)); // prints "one" "two" "" "three"
 * ```
 * @example A file in Node, by the stream that is an iterable of bytes
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import * as io from 'pipework';
 *
 * let longest = '';
 * for await (const line of io.lines(createReadStream('package.json'), { max: 1_000_000 })) {
 *   if (line.length > longest.length) longest = line;
 * }
 * console.log(longest.includes('description')); // prints true
 * ```
 */
export function lines(reader: ByteSource, options: LinesOptions = {}): AsyncIterableIterator<string> {
  return new LineIterator(reader, options);
}

/** Blocks double from the first size to the last while reads fill them: a file takes far fewer reads so. */
const FIRST_SIZE = 64 * 1024; // bytes
const LAST_SIZE = 1024 * 1024; // bytes
/** How much of a block is decoded at once: whoever keeps one line of it may keep all of its text alive. */
const PART_SIZE = 64 * 1024; // bytes
const LINE_FEED = 10;
const STREAM = { stream: true };
const NOTHING = new Uint8Array(0);

class LineIterator implements AsyncIterableIterator<string> {
  readonly #borrowed: Borrowed<Reader>;
  readonly #source: CheckedReader;
  readonly #signal: Signal | undefined;
  readonly #max: number; // code units
  /** For whatever may begin or end within a character. */
  readonly #decoder: ReturnType<typeof textDecoder>;
  /** For whole lines, at several times the speed, since it keeps nothing from one call to the next. */
  readonly #wholeDecoder: ReturnType<typeof textDecoder> | undefined;
  #block = new Uint8Array(FIRST_SIZE);
  #ahead: Uint8Array = NOTHING; // what of the block is not decoded yet
  /** The first character, if it is a byte order mark, is left out. By us: Node 24 and Deno lose later ones too, after a cut. */
  #mayBeMark: boolean;

  #lines: string[] = []; // found, not yet given out
  #index = 0; // of the next one to give out
  #rest = ''; // after the last line break
  #filling: Promise<void> | undefined;
  #hasEnded = false;
  #isLeft = false; // by return(): nothing is given out any more, no error either
  #failure: { readonly reason: unknown } | undefined; // thrown once, after the lines before it

  constructor(reader: ByteSource, options: LinesOptions) {
    checkOptions('options', options, ['signal', 'max', 'encoding', 'fatal']);
    const { signal, max = Number.POSITIVE_INFINITY, encoding, fatal } = options;
    if (signal !== undefined) checkSignal(signal);
    if (max !== Number.POSITIVE_INFINITY) checkWhole('options.max', max, 0);
    this.#signal = signal;
    this.#max = max;
    this.#decoder = textDecoder({ encoding, fatal }, true);
    this.#mayBeMark = this.#decoder.encoding.startsWith('utf-');
    // What a byte order mark and a line break are made of in other encodings, only their decoder knows.
    if (this.#decoder.encoding === 'utf-8') this.#wholeDecoder = textDecoder({ encoding, fatal }, true);
    this.#borrowed = borrowReader('reader', reader); // last: a wrong option must not leave a stream locked
    this.#source = new CheckedReader('reader', this.#borrowed.end);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // No async function: a line that was found already costs one promise, not three.
  next(): Promise<IteratorResult<string, undefined>> {
    // Calls made while a block is on its way wait for it together, and go on in their order.
    if (this.#filling !== undefined) return this.#filling.then(() => this.next());
    if (this.#index < this.#lines.length) {
      return Promise.resolve({ done: false, value: this.#lines[this.#index++] as string });
    }
    if (this.#failure !== undefined) {
      const { reason } = this.#failure;
      this.#failure = undefined;
      return Promise.reject(reason);
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    this.#filling = this.#fill().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling.then(() => this.next());
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.#lines = [];
    this.#index = 0;
    this.#hasEnded = true;
    this.#isLeft = true;
    this.#failure = undefined;
    await closeEnd(this.#borrowed.end);
    this.#borrowed.release();
    return { done: true, value: undefined };
  }

  /** Finds the lines of one part of a block, which it reads if there is none; never rejects. */
  async #fill(): Promise<void> {
    this.#lines = [];
    this.#index = 0;
    try {
      if (this.#signal?.aborted) throw this.#signal.reason;
      if (this.#ahead.length === 0) {
        const count = await this.#source.read(this.#block, this.#signal);
        if (this.#isLeft) return;
        if (count === null) {
          this.#endOfStream();
          return;
        }
        this.#ahead = this.#block.subarray(0, count);
        const isFull = count === this.#block.length;
        if (isFull && count < LAST_SIZE) this.#block = new Uint8Array(2 * count);
      }
      const part = this.#ahead.subarray(0, PART_SIZE);
      this.#ahead = this.#ahead.subarray(PART_SIZE);
      this.#decode(part);
    } catch (reason) {
      if (this.#isLeft) return; // return() closed the reader that this read waited on
      this.#hasEnded = true;
      this.#failure = { reason };
      await abortEnd(this.#borrowed.end, reason);
      this.#borrowed.release();
    }
  }

  /** Only the first and the last line of a block may have begun before it or go on behind it. */
  #decode(bytes: Uint8Array): void {
    const { length } = bytes;
    const first = this.#wholeDecoder === undefined ? length : bytes.indexOf(LINE_FEED) + 1;
    const last = Math.max(first, bytes.lastIndexOf(LINE_FEED) + 1);
    if (first > 0) this.#split(this.#decodePart(bytes.subarray(0, first)));
    if (last > first) this.#decodeWhole(bytes.subarray(first, last));
    if (length > last) this.#split(this.#decodePart(bytes.subarray(last)));
  }

  #decodePart(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes, STREAM);
    if (!this.#mayBeMark || text === '') return text;
    this.#mayBeMark = false;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  #decodeWhole(bytes: Uint8Array): void {
    const decoder = this.#wholeDecoder as ReturnType<typeof textDecoder>;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      // One of the lines is no text, and those before it are to be given out.
      for (let at = 0, end = 0; at < bytes.length; at = end) {
        end = bytes.indexOf(LINE_FEED, at) + 1;
        this.#split(decoder.decode(bytes.subarray(at, end)));
      }
      return;
    }
    this.#split(text);
  }

  #split(text: string): void {
    const parts = text.split('\n');
    parts[0] = this.#rest + parts[0];
    this.#rest = parts.pop() as string;
    const isPlain = this.#max === Number.POSITIVE_INFINITY && !text.includes('\r');
    // The first line may have had its '\r' before.
    if (isPlain && !parts[0]?.endsWith('\r')) this.#lines = this.#lines.concat(parts);
    else for (const part of parts) this.#add(part);
    // The line break may be the '\r' at the end and a '\n' still to come.
    if (this.#rest.length > this.#max + (this.#rest.endsWith('\r') ? 1 : 0)) this.#tooLong();
  }

  #endOfStream(): void {
    this.#hasEnded = true;
    this.#borrowed.release();
    const last = this.#rest + this.#decoder.decode();
    if (last !== '') this.#add(last);
  }

  #add(part: string): void {
    const line = part.endsWith('\r') ? part.slice(0, -1) : part;
    if (line.length > this.#max) this.#tooLong();
    else this.#lines.push(line);
  }

  #tooLong(): never {
    throw new LimitError(`a line is longer than max, ${this.#max} code units`, { max: this.#max });
  }
}
