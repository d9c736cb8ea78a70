/**
 * Ends that live in another thread, to be used as if they were here: each call is made there before it returns here, so
 * calls take effect in the order in which a case makes them, and what becomes of their promises is told in the order in
 * which they settle. What a case lends stays here: a copy goes there, and what comes of it is copied back.
 */
import { Worker } from 'node:worker_threads';
import type * as io from 'pipework';
import type { ReaderHandle, WriterHandle } from 'pipework/worker';
import {
  type Answer,
  Answers,
  type ODD,
  type Packed,
  pack,
  type Request,
  type Settled,
  unpack,
} from './remote-messages.js';

/** A thread for such ends. It holds the event loop only while `ready` or `turn()` waits for it. */
export class RemoteThread {
  /** Resolves when it takes calls: not all threads come up while the one that made them blocks. */
  readonly ready: Promise<void>;
  readonly #thread: Worker;
  readonly #answers = new Answers();
  readonly #calls = new Map<number, (settled: Settled) => void>();
  readonly #marks: (() => unknown)[] = []; // what each mark stands for
  #ids = 0;

  constructor() {
    const thread = new Worker(new URL('./remote-thread.js', import.meta.url), {
      workerData: this.#answers.memory,
    });
    this.#thread = thread;
    this.ready = new Promise((resolve) => {
      thread.once('message', () => {
        thread.on('message', (settled: Settled) => this.#settle(settled));
        thread.unref();
        resolve();
      });
    });
  }

  reader(handle: ReaderHandle): io.PipeReader {
    return new RemoteReader(this, this.#open(handle), handle.name);
  }

  writer(handle: WriterHandle): io.PipeWriter {
    return new RemoteWriter(this, this.#open(handle), handle.name);
  }

  /** Lets everything settle there that is going to, and be told here. */
  async turn(): Promise<void> {
    const id = ++this.#ids;
    this.#thread.ref();
    await new Promise<void>((resolve) => {
      this.#calls.set(id, () => resolve());
      this.#thread.postMessage({ what: 'turn', id } satisfies Request);
    });
    this.#thread.unref();
  }

  /** Uses a member; what it returns, or throws. A promise comes back as one. */
  use(object: number, member: string, args: readonly unknown[] = []): unknown {
    const id = ++this.#ids;
    const [first, options] = args;
    const signal = signalIn(options);
    const mark = signal && this.#mark(() => signal.reason);
    const answer = this.#ask({
      what: 'call',
      id,
      object,
      member,
      args: (signal === undefined ? args : [first]).map((arg) => this.#pack(member, arg)),
      signal: mark === undefined ? undefined : { mark, hasFired: signal?.aborted ?? false },
    });
    if (answer.what === 'promised') return this.#promise(id, first, signal);
    const value = this.#unpack(answer.packed);
    if (answer.what === 'threw') throw value;
    if (member === 'iterator') return id;
    return Array.isArray(value) ? copyBack(value[0], value[1], first) : value;
  }

  #promise(id: number, first: unknown, signal: io.Signal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fire = (): void => void this.#ask({ what: 'fire', call: id });
      signal?.addEventListener('abort', fire);
      this.#calls.set(id, ({ packed, isFailure, into }) => {
        signal?.removeEventListener('abort', fire);
        const value = this.#unpack(packed);
        if (isFailure) reject(value);
        else resolve(into === undefined ? value : copyBack(value, into, first));
      });
    });
  }

  #open(handle: ReaderHandle | WriterHandle): number {
    const object = ++this.#ids;
    const answer = this.#ask({ what: 'open', object, handle });
    if (answer.what === 'threw') throw this.#unpack(answer.packed);
    return object;
  }

  #mark(of: () => unknown): number {
    return this.#marks.push(of) - 1;
  }

  #pack(member: string, value: unknown): Packed {
    if (typeof value === 'object' && value !== null) {
      if (member === 'abort') return { mark: this.#mark(() => value) };
      const odd = oddity(value);
      if (odd !== undefined) return { odd };
      if (value instanceof Uint8Array) {
        return /read/i.test(member) ? { into: value.length } : pack(Uint8Array.from(value));
      }
    }
    return pack(value);
  }

  #unpack(packed: Packed): unknown {
    return unpack(packed, (mark) => this.#marks[mark]?.());
  }

  /** Blocks until the thread has answered. */
  #ask(request: Request): Answer {
    this.#thread.postMessage(request);
    const told = this.#answers.wait(ANSWER_MAX);
    if (told === undefined) {
      throw new Error(
        `the other thread has not answered within ${ANSWER_MAX} ms: ${JSON.stringify(request)}`,
      );
    }
    for (const settled of told.settled) this.#settle(settled); // before that
    return told.answer;
  }

  /** Told by a message and with the next answer, whichever is there first. */
  #settle(settled: Settled): void {
    const { id } = settled;
    const settle = this.#calls.get(id);
    this.#calls.delete(id);
    settle?.(settled);
  }
}

/** Against hanging only. */
const ANSWER_MAX = 20_000; // milliseconds

/** What a message cannot carry. */
function oddity(value: object): keyof typeof ODD | undefined {
  const tag = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Uint8Array.prototype),
    Symbol.toStringTag,
  );
  if (tag?.get?.call(value) !== 'Uint8Array') {
    if (!(value instanceof Uint8Array)) return undefined;
    return Object.hasOwn(value, 'constructor') ? 'prototype' : 'proxy';
  }
  try {
    (value as Uint8Array).keys();
    return undefined;
  } catch {
    return 'detached';
  }
}

/** The signal in the options of a call, when there is nothing wrong with them. */
function signalIn(options: unknown): io.Signal | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const { signal, ...rest } = options as { signal?: io.Signal | null };
  if (Object.keys(rest).length > 0 || typeof signal?.addEventListener !== 'function') return undefined;
  return signal;
}

/** Gives what came into the copy to the buffer that was lent. */
function copyBack(value: unknown, from: unknown, into: unknown): unknown {
  if (typeof value === 'number') (into as Uint8Array).set((from as Uint8Array).subarray(0, value));
  return value;
}

abstract class RemoteEnd {
  readonly name: string;
  readonly #thread: RemoteThread;
  readonly #object: number;
  #closed: Promise<void> | undefined;

  constructor(thread: RemoteThread, object: number, name: string) {
    this.#thread = thread;
    this.#object = object;
    this.name = name;
  }

  protected use<Value>(member: string, ...args: unknown[]): Value {
    return this.#thread.use(this.#object, member, args) as Value;
  }

  get closed(): Promise<void> {
    this.#closed ??= this.use<Promise<void>>('closed');
    this.#closed.catch(() => {});
    return this.#closed;
  }

  close(): void {
    this.use('close');
  }

  abort(reason?: unknown): void {
    this.use('abort', reason);
  }

  ref(): this {
    this.use('ref');
    return this;
  }

  unref(): this {
    this.use('unref');
    return this;
  }

  [Symbol.dispose](): void {
    this.use('dispose');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.use('asyncDispose');
  }

  protected iterator(): (member: string) => Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    const iterator = this.use<number>('iterator');
    return (member) => this.#thread.use(iterator, member) as ReturnType<ReturnType<typeof this.iterator>>;
  }
}

class RemoteReader extends RemoteEnd implements io.PipeReader {
  get bytesRead(): number {
    return this.use('bytesRead');
  }

  read(into: Uint8Array, ...options: unknown[]): Promise<number | null> {
    return this.use('read', into, ...options);
  }

  tryRead(into: Uint8Array): number | null {
    return this.use('tryRead', into);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    const use = this.iterator();
    return {
      next: () => use('next'),
      return: () => use('return'),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

class RemoteWriter extends RemoteEnd implements io.PipeWriter {
  get bytesWritten(): number {
    return this.use('bytesWritten');
  }

  write(chunk: Uint8Array | string, ...options: unknown[]): Promise<number> {
    return this.use('write', chunk, ...options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.use('tryWrite', chunk);
  }
}
