import { memoryGone } from './arguments.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { DeadlockError } from './deadlock-error.js';
import { MemoryPipe } from './memory-pipe.js';
import type { Operation } from './operation.js';
import { Ring } from './ring.js';
import type { TeeSource } from './tee-source.js';
import { unpark } from './waiting.js';

/**
 * One branch of a tee: a pipe that nobody writes to, since its bytes are those that all branches share. Reads wait only while
 * it has taken all there is.
 */
export class TeeBranch extends MemoryPipe {
  readonly #source: TeeSource;
  readonly #window: TeeWindow;

  constructor(name: string, source: TeeSource) {
    const window = new TeeWindow(source);
    super(name, window);
    this.#source = source;
    this.#window = window;
  }

  /** How far it has come in what was read of the source, in bytes. */
  get position(): number {
    return this.#window.position;
  }

  override get capacity(): number {
    return this.#source.capacity;
  }

  override closeReader(): void {
    if (this.readerState !== 'open') return;
    super.closeReader();
    this.#source.leave(this, undefined);
  }

  override abortReader(given: unknown): void {
    if (this.readerState !== 'open') return;
    super.abortReader(given);
    this.#source.leave(this, { reason: this.readerReason });
  }

  override giveUp(operation: Operation, error: unknown): void {
    super.giveUp(operation, error);
    if (error instanceof DeadlockError) this.#source.knows(error);
    this.#source.followRefs();
  }

  hint(): string | undefined {
    const { awaited: slowest } = this.#source;
    return slowest === undefined ? undefined : `${slowest.name} has ${slowest.fill} bytes to take first`;
  }

  // For the source

  /** There is more to take: reads that wait get their part. */
  offer(): void {
    for (let read = this.reads.head; read !== undefined && this.fill > 0; read = this.reads.head) {
      if (read.isShort) {
        this.giveUp(read, memoryGone('into', read));
        continue;
      }
      unpark(read, this.reads);
      const into = read.bytes ?? new Uint8Array(Math.min(this.fill, CHUNK_MAX));
      const count = this.take(into, Math.min(read.length, into.length));
      read.resolve(read.bytes === undefined ? into : count);
    }
  }

  /** The source has failed; what it gave before can still be taken. */
  fail(reason: unknown): void {
    this.failBehindWrites(reason);
  }

  /** It is too far behind: what it has not taken is gone. */
  drop(reason: unknown): void {
    this.#window.drop();
    this.fail(reason);
    this.writerReason = reason; // also when the source has failed, behind what is gone
  }

  giveUpAll(error: DeadlockError): void {
    for (const read of this.reads.all()) this.giveUp(read, error);
  }
}

/** What a branch has instead of a ring of its own: a place in the buffer that all of them share. */
class TeeWindow extends Ring {
  position = 0; // bytes of the source
  readonly #source: TeeSource;

  constructor(source: TeeSource) {
    super(0);
    this.#source = source;
  }

  override get fill(): number {
    return this.#source.position - this.position;
  }

  override pull(into: Uint8Array, length: number): number {
    const count = Math.min(length, this.fill);
    if (count === 0) return 0;
    this.#source.copy(into, this.position, count);
    this.position += count;
    this.#source.dropBehind(this.position);
    return count;
  }

  /** It has nothing to take any more, whatever comes. */
  override drop(): void {
    this.position = Number.POSITIVE_INFINITY;
  }
}
