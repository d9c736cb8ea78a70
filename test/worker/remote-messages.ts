/** What remote.ts and its thread say to each other. */
import * as io from 'pipework';
import type { ReaderHandle, WriterHandle } from 'pipework/worker';

export type Request =
  | { readonly what: 'turn'; readonly id: number }
  | { readonly what: 'open'; readonly object: number; readonly handle: ReaderHandle | WriterHandle }
  | { readonly what: 'fire'; readonly call: number }
  | Call;

export interface Call {
  readonly what: 'call';
  readonly id: number;
  readonly object: number;
  /** A method or a getter; what has no name of its own has one here. */
  readonly member: string;
  readonly args: readonly Packed[];
  /** The mark of the reason that the call's signal has or will have. */
  readonly signal?: { readonly mark: number; readonly hasFired: boolean } | undefined;
}

export type Answer =
  | { readonly what: 'returned' | 'threw'; readonly packed: Packed }
  | { readonly what: 'promised' };

export interface Settled {
  readonly what: 'settled';
  readonly id: number;
  readonly packed: Packed;
  readonly isFailure: boolean;
  /** What came into the buffer that was lent. */
  readonly into?: Uint8Array | undefined;
}

/** What a thread that blocks gets: the answer, and what has settled since the last one. */
export interface Told {
  readonly answer: Answer;
  readonly settled: readonly Settled[];
}

/** Where answers are put for a thread that blocks, which gets no messages. One at a time. */
export class Answers {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array; // how many answers there were, and the bytes of the last one

  constructor(memory = new SharedArrayBuffer(8 + ANSWER_SIZE_MAX)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 2);
  }

  give(told: Told): void {
    const bytes = new TextEncoder().encode(JSON.stringify(told, replaced));
    new Uint8Array(this.memory, 8).set(bytes);
    Atomics.store(this.#words, 1, bytes.length);
    Atomics.store(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  /** `undefined` when none came within so many milliseconds. */
  wait(timeout: number): Told | undefined {
    // The notification may be that of the answer before, which was there before anybody had to wait for it.
    while (Atomics.load(this.#words, 0) === 0)
      if (Atomics.wait(this.#words, 0, 0, timeout) === 'timed-out') return undefined;
    Atomics.store(this.#words, 0, 0);
    const bytes = new Uint8Array(this.memory, 8, Atomics.load(this.#words, 1));
    return restored(JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes)))) as Told;
  }
}

const ANSWER_SIZE_MAX = 2 ** 22; // bytes

/** JSON has no `undefined` and no bytes. */
function replaced(_: string, value: unknown): unknown {
  if (value === undefined) return { special: 'undefined' };
  if (value instanceof Uint8Array) return { special: 'bytes', bytes: [...value] };
  return value;
}

function restored(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(restored);
  if ('special' in value) {
    return value.special === 'undefined'
      ? undefined
      : Uint8Array.from((value as unknown as { bytes: number[] }).bytes);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, restored(part)]));
}

/** A value on its way. */
export type Packed =
  | { readonly plain: unknown }
  /** A buffer of that length. */
  | { readonly into: number }
  /** One of the things that no message can carry, to be made there. */
  | { readonly odd: keyof typeof ODD }
  /** A value that stays in the thread of the test; where it arrives a `Marked` stands for it. */
  | { readonly mark: number }
  | { readonly error: string; readonly fields: readonly (readonly [string, Packed])[] };

/** Stands for a value of the test's. */
export class Marked extends Error {
  readonly mark: number;

  constructor(mark: number) {
    super(`the reason with mark ${mark}`);
    this.mark = mark;
  }
}

/** What is refused as bytes, and cannot be sent. */
export const ODD = {
  proxy: () => new Proxy(new Uint8Array(3), {}),
  prototype: () => Object.create(Uint8Array.prototype, { constructor: { value: Uint8Array } }),
  detached() {
    const gone = new Uint8Array(3);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    return gone;
  },
} satisfies Record<string, () => unknown>;

export function pack(value: unknown): Packed {
  if (value instanceof Marked) return { mark: value.mark };
  if (!(value instanceof Error)) return { plain: value };
  const fields = FIELDS.filter((field) => field in value).map(
    (field) => [field, pack((value as unknown as Record<string, unknown>)[field])] as const,
  );
  return { error: value.name, fields };
}

/** `ofMark` gives what a mark stands for. */
export function unpack(packed: Packed, ofMark: (mark: number) => unknown): unknown {
  if ('plain' in packed) return packed.plain;
  if ('into' in packed) return new Uint8Array(packed.into);
  if ('odd' in packed) return ODD[packed.odd]();
  if ('mark' in packed) return ofMark(packed.mark);
  const kind = { ...io, TypeError, RangeError }[packed.error] as { readonly prototype: object } | undefined;
  const error = Object.create(kind?.prototype ?? Error.prototype);
  for (const [field, value] of packed.fields) {
    Object.defineProperty(error, field, { value: unpack(value, ofMark), configurable: true });
  }
  return error;
}

const FIELDS = ['name', 'message', 'code', 'bytesWritten', 'cause', 'stack'];
