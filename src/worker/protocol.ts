/**
 * The memory that the two ends of a worker pipe share, and every access to its words: what one end writes there and what
 * the other makes of it. One thread writes (the producer), one reads (the consumer); a third may only declare one of them
 * dead. Nothing here waits, and nothing here trusts the other side: a word that was loaded is checked before it is an
 * index or a length. test/model/ has the same protocol for a model checker.
 *
 * The ring. TAIL is where the writer writes next, HEAD where the reader reads next. Both run from 0 to 2 * capacity and
 * begin again, so that for any capacity the place in the ring takes no division, empty is `head === tail`, and full is
 * `capacity` apart. Each is changed by its own side alone, by one atomic addition after the bytes were copied.
 *
 * Sleep. The lowest bit of TAIL says that the reader sleeps, that of HEAD that the writer does; the index stands above it.
 *   To fall asleep: set the bit (an atomic OR, which gives the index as it is then); if the index is not the one that was
 *     known, or the other side's STATE is not the one that was known, look again instead; else wait for the whole word.
 *   To move on: add to the index. The old word, which that gives, says whether to wake.
 *   To wake: clear the bit, then notify all.
 * Index and bit change in one step, so the mover sees the bit or the sleeper sees the move, never neither; and a sleeper
 * that has set the bit but does not wait yet finds the word changed. Nobody clears a bit without notifying. So as long as
 * nobody was notified the bit is set, and a waiter that was left behind by a call that was given up still serves the next
 * call: an end never needs a second one. All are notified, since such a waiter would eat up a single notification.
 *
 * A sleeping writer says in WANTED how much room is worth waking it for; it stands there before the bit is set.
 *
 * The end. A side's STATE leaves OPEN once, by compare-and-exchange, after its last addition and after its reason, if any,
 * was written; then it wakes the other side. Who finds an empty ring and a STATE that is not OPEN looks at the ring once
 * more: what came before the end is there by then.
 */
import { host } from './host.js';

// Words, by their index in an Int32Array. Those that one side writes often have cache lines of their own.

const MAGIC = 0;
const VERSION = 1;
const CAPACITY = 2; // bytes
/** Random: names the pipe where no memory can be shared, as locks do. */
const ID = 4;
const ID_LENGTH = 4; // words

/** The words of each side, and its reason, by offset in bytes. */
export interface SideLayout {
  /** Even: on its way, in a handle with this number; odd: some thread has it. */
  readonly claim: number;
  /** The claim of the thread that has it, once the lock that tells of that thread's death is its own. */
  readonly locked: number;
  /** Who has it. */
  readonly thread: number;
  readonly state: number;
  readonly reasonLength: number; // bytes
  readonly reasonAt: number; // bytes from the start
  /** The word that the other side sleeps on, which this one moves. */
  readonly index: number;
}

export const READER: SideLayout = {
  claim: 8,
  locked: 10,
  thread: 16,
  state: 32,
  reasonLength: 33,
  reasonAt: 512,
  index: 96,
};
export const WRITER: SideLayout = {
  claim: 9,
  locked: 11,
  thread: 20,
  state: 34,
  reasonLength: 35,
  reasonAt: 512 + 4096,
  index: 64,
};

const TAIL = WRITER.index;
const HEAD = READER.index;
/** Bytes of room that a sleeping writer waits for. */
const WANTED = 65;

const HEADER_WORDS = 128;
export const REASON_SIZE = 4096; // bytes, for each side
const RING_AT = 512 + 2 * REASON_SIZE; // bytes from the start; a multiple of 8, as copies like it

export const SLEEPS = 1;

// The values of STATE

export const OPEN = 0;
/** Without a failure: the reader reads no more, or the writer's last byte is in the ring. */
export const CLOSED = 1;
/** With the reason that stands in the memory. */
export const ABORTED = 2;
/** Its thread has ended without a word. */
export const DEAD = 3;

const MAGIC_VALUE = 0x65706970; // 'pipe'
/** Of this file. Both threads need the same, or one would misread the other. */
export const PROTOCOL_VERSION = 1;

/** An index and the bit beside it have to fit into 32 bits. */
export const CAPACITY_MAX = 2 ** 30; // bytes

/** What is thrown when a word cannot be what the other side has written by these rules; it is told what is wrong. */
export type Corrupt = (what: string) => Error;

/** The thread that has a side, as others know it. */
export interface Thread {
  /** Random, of this module in that thread; 0 while nobody has the side. */
  readonly realm: number;
  /** One more than the `threadId` of node:worker_threads; 0 where there is none. */
  readonly number: number;
  /** The kernel's thread, and when it was started, in ticks, since its number may be used again; 0 without /proc. */
  readonly tid: number;
  readonly startedAt: number;
}

const NOBODY: Thread = { realm: 0, number: 0, tid: 0, startedAt: 0 };

/** The memory of one pipe. */
export class SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly ring: Uint8Array;
  readonly capacity: number; // bytes

  private constructor(buffer: SharedArrayBuffer, capacity: number) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, HEADER_WORDS);
    this.ring = new Uint8Array(buffer, RING_AT, capacity);
    this.capacity = capacity;
  }

  /** Fresh memory, with both sides open and claimed by nobody. @throws {RangeError} The engine cannot allocate it. */
  static create(capacity: number): SharedMemory {
    const memory = new SharedMemory(new SharedArrayBuffer(RING_AT + capacity), capacity);
    const { words } = memory;
    // By way of memory of its own: browsers fill none that is shared.
    const id = new Int32Array(ID_LENGTH);
    host.crypto.getRandomValues(id);
    words.set(id, ID);
    words[MAGIC] = MAGIC_VALUE;
    words[VERSION] = PROTOCOL_VERSION;
    words[CAPACITY] = capacity;
    return memory;
  }

  /** Memory that came from another thread. @returns What is wrong with it, when something is. */
  static open(buffer: SharedArrayBuffer): SharedMemory | string {
    const capacity = buffer.byteLength - RING_AT;
    if (capacity < 1) return `memory of ${buffer.byteLength} bytes`;
    const memory = new SharedMemory(buffer, capacity);
    const [magic, version, stated] = [MAGIC, VERSION, CAPACITY].map((word) => memory.load(word));
    if (magic !== MAGIC_VALUE) return 'memory that is no pipe';
    if (version !== PROTOCOL_VERSION)
      return `version ${version} of the protocol, and this is version ${PROTOCOL_VERSION}`;
    if (stated !== capacity || capacity > CAPACITY_MAX)
      return `a capacity of ${stated} bytes in memory for ${capacity}`;
    return memory;
  }

  load(word: number): number {
    return Atomics.load(this.words, word);
  }

  /** The random id of this pipe. */
  get id(): string {
    const words = Array.from({ length: ID_LENGTH }, (_, at) => this.load(ID + at) >>> 0);
    return words.map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** Claims `side`, which came in a handle with the number `ticket`, for `thread`; whether nobody was faster. */
  claim(side: SideLayout, ticket: number, thread: Thread): boolean {
    if (Atomics.compareExchange(this.words, side.claim, ticket, ticket + 1) !== ticket) return false;
    this.writeThread(side, thread);
    return true;
  }

  /** The ticket with which `side` is claimed, or will be. */
  claimOf({ claim }: SideLayout): number {
    return this.load(claim);
  }

  /** The thread that has `side` by `claim` has its lock, too. */
  locked({ locked }: SideLayout, claim: number): void {
    Atomics.store(this.words, locked, claim);
    Atomics.notify(this.words, locked);
  }

  /** The claim of the thread that has `side` and its lock; until there is one, a promise to look again. */
  lockedClaim({ claim, locked }: SideLayout): number | Promise<unknown> {
    const last = this.load(locked);
    if (last === this.load(claim)) return last;
    const wait = host.Atomics?.waitAsync?.(this.words, locked, last);
    return wait?.async ? wait.value : Promise.resolve();
  }

  dismissLocked({ locked }: SideLayout): void {
    Atomics.notify(this.words, locked);
  }

  /** Whether `side` has not ended yet. */
  isOpen({ state }: SideLayout): boolean {
    return this.load(state) === OPEN;
  }

  /** Gives `side` up for whoever claims it next; returns the ticket for the handle. */
  giveUp(side: SideLayout): number {
    this.writeThread(side, NOBODY);
    return Atomics.add(this.words, side.claim, 1) + 1;
  }

  private writeThread({ thread }: SideLayout, { realm, number, tid, startedAt }: Thread): void {
    Atomics.store(this.words, thread, 0); // while the rest changes
    Atomics.store(this.words, thread + 1, number);
    Atomics.store(this.words, thread + 2, tid);
    Atomics.store(this.words, thread + 3, startedAt);
    Atomics.store(this.words, thread, realm);
  }

  readThread({ thread }: SideLayout): Thread {
    const realm = this.load(thread);
    return {
      realm,
      number: this.load(thread + 1),
      tid: this.load(thread + 2),
      startedAt: this.load(thread + 3),
    };
  }

  isClaimed({ claim }: SideLayout): boolean {
    return (this.load(claim) & 1) === 1;
  }

  /** The STATE of `side`. @throws What `corrupt` gives: it is none. */
  stateOf({ state }: SideLayout, corrupt: Corrupt): number {
    const value = Atomics.load(this.words, state);
    if (value < OPEN || value > DEAD) throw corrupt(`a state of ${value}`);
    return value;
  }

  /** Ends `side`, unless it has ended already, and wakes whoever waits for it: the thread that ended it may have died first. */
  end(side: SideLayout, state: number): void {
    Atomics.compareExchange(this.words, side.state, OPEN, state);
    Atomics.notify(this.words, side.state); // who watches for nothing but the end
    wake(this.words, side.index); // who waits for bytes, or for room
  }

  /** The thread that has `side` has ended without a word. Nobody needs to hear of it when the other side has ended, too. */
  declareDead(side: SideLayout): void {
    if (this.isOpen(side === READER ? WRITER : READER)) this.end(side, DEAD);
  }

  /** Declares `side` dead if it is claimed by a thread that `isMeant`. */
  declareDeadIf(side: SideLayout, isMeant: (thread: Thread) => boolean): void {
    const claim = this.load(side.claim);
    const thread = this.readThread(side);
    // The thread is another one when it has changed meanwhile. One that has ended does not give its claim up.
    if ((claim & 1) === 0 || thread.realm === 0 || !isMeant(thread)) return;
    if (this.load(side.claim) !== claim || this.readThread(side).realm !== thread.realm) return;
    this.declareDead(side);
  }

  /** Settles when `side` has ended, or with the next `dismissWatches`; `undefined` when it has, or none can be waited for. */
  whenEnded({ state }: SideLayout): Promise<unknown> | undefined {
    const wait = host.Atomics?.waitAsync?.(this.words, state, OPEN);
    return wait?.async ? wait.value : undefined;
  }

  /** Nobody needs to hear any more of the end of `side`, who did before. */
  dismissWatches({ state }: SideLayout): void {
    Atomics.notify(this.words, state);
  }

  /** Ends `side` with a reason of at most `REASON_SIZE` bytes. The first that it gave stays. */
  fail(side: SideLayout, reason: Uint8Array): void {
    if (this.load(side.state) === OPEN) {
      new Uint8Array(this.buffer, side.reasonAt, reason.length).set(reason);
      Atomics.store(this.words, side.reasonLength, reason.length);
    }
    this.end(side, ABORTED);
  }

  /** The reason of `side`, which is ABORTED, in memory of its own. @throws What `corrupt` gives: its length is none. */
  readReason({ reasonAt, reasonLength }: SideLayout, corrupt: Corrupt): Uint8Array<ArrayBuffer> {
    const length = this.load(reasonLength);
    if (length < 0 || length > REASON_SIZE) throw corrupt(`a reason of ${length} bytes`);
    return new Uint8Array(new Uint8Array(this.buffer, reasonAt, length));
  }
}

/** What the reader makes of the ring. */
export class RingReader {
  readonly #words: Int32Array;
  readonly #capacity: number; // bytes
  readonly #corrupt: Corrupt;
  #head: number;
  #tail: number; // as it was at the last look

  /** @throws What `corrupt` gives: the ring is not as a reader may have left it. */
  constructor(memory: SharedMemory, corrupt: Corrupt) {
    this.#words = memory.words;
    this.#capacity = memory.capacity;
    this.#corrupt = corrupt;
    this.#head = memory.load(HEAD) >>> 1;
    if (this.#head >= 2 * this.#capacity) throw corrupt(`a reader at ${this.#head}`);
    this.#tail = this.#head;
    this.fill(1);
  }

  /** Bytes to be read; the writer is looked at only when fewer than `enough` are known of. */
  fill(enough: number): number {
    const known = distance(this.#head, this.#tail, this.#capacity);
    if (known >= enough) return known;
    const tail = Atomics.load(this.#words, TAIL) >>> 1;
    if (tail === this.#tail) return known;
    const fill = distance(this.#head, tail, this.#capacity);
    if (tail >= 2 * this.#capacity || fill > this.#capacity || fill < known)
      throw this.#corrupt(`a writer at ${tail}`);
    this.#tail = tail;
    return fill;
  }

  /** Where in the ring the next byte is. */
  get slot(): number {
    return this.#head < this.#capacity ? this.#head : this.#head - this.#capacity;
  }

  /** `count` bytes, of which there are so many, were copied out of the ring. */
  advance(count: number): void {
    const head = this.#head + count;
    const isOver = head >= 2 * this.#capacity;
    this.#head = isOver ? head - 2 * this.#capacity : head;
    const word = Atomics.add(this.#words, HEAD, (isOver ? count - 2 * this.#capacity : count) << 1);
    if ((word & SLEEPS) !== 0) this.#wakeWriter();
  }

  /** Says that the reader sleeps. The word to wait for; `undefined` when there is something to look at first. */
  fallAsleep(): number | undefined {
    const word = Atomics.or(this.#words, TAIL, SLEEPS) | SLEEPS;
    if (word >>> 1 !== this.#tail || Atomics.load(this.#words, WRITER.state) !== OPEN) return undefined;
    return word;
  }

  /** Whether the writer has moved since the last look. */
  hasNews(): boolean {
    return Atomics.load(this.#words, TAIL) >>> 1 !== this.#tail;
  }

  /** The writer sleeps until there is so much room as it wants, or all of it, whatever it says. */
  #wakeWriter(): void {
    const tail = Atomics.load(this.#words, TAIL) >>> 1;
    const fill = distance(this.#head, tail, this.#capacity);
    if (fill > 0 && this.#capacity - fill < Atomics.load(this.#words, WANTED)) return;
    wake(this.#words, HEAD);
  }
}

/** What the writer makes of the ring. */
export class RingWriter {
  readonly #words: Int32Array;
  readonly #capacity: number; // bytes
  readonly #corrupt: Corrupt;
  #tail: number;
  #head: number; // as it was at the last look

  /** @throws What `corrupt` gives: the ring is not as a writer may have left it. */
  constructor(memory: SharedMemory, corrupt: Corrupt) {
    this.#words = memory.words;
    this.#capacity = memory.capacity;
    this.#corrupt = corrupt;
    this.#tail = memory.load(TAIL) >>> 1;
    const tail = this.#tail;
    if (tail >= 2 * this.#capacity) throw corrupt(`a writer at ${tail}`);
    this.#head = tail < this.#capacity ? tail + this.#capacity : tail - this.#capacity; // full, as far as is known
    this.room(1);
  }

  /** Bytes that fit; the reader is looked at only when less than `enough` is known of. */
  room(enough: number): number {
    const known = this.#capacity - distance(this.#head, this.#tail, this.#capacity);
    if (known >= enough) return known;
    const head = Atomics.load(this.#words, HEAD) >>> 1;
    if (head === this.#head) return known;
    const room = this.#capacity - distance(head, this.#tail, this.#capacity);
    if (head >= 2 * this.#capacity || room < known) throw this.#corrupt(`a reader at ${head}`);
    this.#head = head;
    return room;
  }

  /** Where in the ring the next byte goes. */
  get slot(): number {
    return this.#tail < this.#capacity ? this.#tail : this.#tail - this.#capacity;
  }

  /** `count` bytes, for which there was room, were copied into the ring. */
  advance(count: number): void {
    const tail = this.#tail + count;
    const isOver = tail >= 2 * this.#capacity;
    this.#tail = isOver ? tail - 2 * this.#capacity : tail;
    const word = Atomics.add(this.#words, TAIL, (isOver ? count - 2 * this.#capacity : count) << 1);
    if ((word & SLEEPS) !== 0) wake(this.#words, TAIL);
  }

  /**
   * Says that the writer sleeps until there are `wanted` bytes of room. The word to wait for; `undefined` when there is
   * something to look at first.
   */
  fallAsleep(wanted: number): number | undefined {
    Atomics.store(this.#words, WANTED, wanted);
    const word = Atomics.or(this.#words, HEAD, SLEEPS) | SLEEPS;
    if (word >>> 1 !== this.#head || Atomics.load(this.#words, READER.state) !== OPEN) return undefined;
    return word;
  }

  /** Whether the reader has moved since the last look. */
  hasNews(): boolean {
    return Atomics.load(this.#words, HEAD) >>> 1 !== this.#head;
  }
}

/** Wakes whoever sleeps on `word`. */
function wake(words: Int32Array, word: number): void {
  Atomics.and(words, word, ~SLEEPS);
  Atomics.notify(words, word);
}

/** How far it is from one index to another, of two that run to 2 * capacity. */
function distance(from: number, to: number, capacity: number): number {
  const ahead = to - from;
  return ahead < 0 ? ahead + 2 * capacity : ahead;
}
