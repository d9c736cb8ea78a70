import type { Signal } from './types.js';

/** What an operation asks of the pipe that it waits in. */
export interface WaitedPipe {
  readonly name: string;
  /** Bytes buffered, and how many fit; 0 and 0 when the pipe is unbuffered. */
  readonly fill: number;
  readonly capacity: number;
  /** Whether the end of this operation counts for the event loop and for deadlocks. */
  isRefed(operation: Operation): boolean;
  /** Ends the wait with `error`, as a fired signal does; the pipe stays consistent. */
  giveUp(operation: Operation, error: unknown): void;
  /** For a pipe that something outside this thread can move: tries once more; whether that moved anything. */
  tryAgain?(): boolean;
  /** Whether somebody outside this program may still end the wait; the loop is kept alive until that changes. */
  awaitsOutside?(operation: Operation): boolean;
  /** What a report adds about this wait, such as which of this program's own descriptors stands in its way. */
  hint?(operation: Operation): string | undefined;
}

/**
 * A read or write that waits. It is linked into the queue of its end, oldest first, and into this thread's list of all
 * waits (waiting.ts); both links are part of the operation, so that parking allocates nothing else and giving up one of
 * a hundred thousand takes constant time.
 */
export class Operation {
  readonly kind: 'read' | 'write';
  readonly pipe: WaitedPipe;
  /** The end that the call was made on: a waiting operation keeps its own end from being collected, never the other. */
  readonly end: object;
  /** The chunk or buffer, lent until the operation settles; none for a read that asks for a chunk of its own. */
  readonly bytes: Uint8Array | undefined;
  /** Length of `bytes` when the call was made; it may be detached or resized since. */
  readonly length: number;
  /** Bytes of `bytes` that have moved. */
  done = 0;
  isWaiting = true;
  signal: Signal | undefined = undefined;

  /** Settled by the pipe, after unlinking. */
  resolve!: (value: unknown) => void;
  reject!: (reason: unknown) => void;

  /** Neighbours in the queue of the end; behind the newest comes the oldest. */
  previous: Operation | undefined = undefined;
  next: Operation | undefined = undefined;
  /** Neighbours in the list of all waits; behind the newest comes the oldest. */
  older: Operation | undefined = undefined;
  newer: Operation | undefined = undefined;

  constructor(
    kind: 'read' | 'write',
    pipe: WaitedPipe,
    end: object,
    bytes: Uint8Array | undefined,
    length: number,
  ) {
    this.kind = kind;
    this.pipe = pipe;
    this.end = end;
    this.bytes = bytes;
    this.length = length;
  }

  /**
   * Whether the memory that was lent is gone: detached, or resized below what it was. Asked of the last byte and not of
   * `length`: once resizable buffers were seen, code that V8 of Node 20 has optimized gets a detached array's old length.
   */
  get isShort(): boolean {
    return this.bytes !== undefined && this.bytes[this.length - 1] === undefined;
  }
}

/**
 * Operations of one end, in call order: a ring of links of which only the newest is held here, since each store of a
 * young operation into an older object costs the collector more than the link.
 */
export class OperationQueue {
  tail: Operation | undefined = undefined; // the newest; its `next` is the oldest

  /** The oldest: the one whose turn it is. */
  get head(): Operation | undefined {
    return this.tail === undefined ? undefined : this.tail.next;
  }

  add(operation: Operation): void {
    const { tail } = this;
    if (tail === undefined) {
      operation.previous = operation;
      operation.next = operation;
    } else {
      const head = tail.next as Operation;
      operation.previous = tail;
      operation.next = head;
      tail.next = operation;
      head.previous = operation;
    }
    this.tail = operation;
  }

  remove(operation: Operation): void {
    const previous = operation.previous as Operation;
    const next = operation.next as Operation;
    previous.next = next;
    next.previous = previous;
    if (this.tail === operation) this.tail = previous === operation ? undefined : previous;
    operation.previous = undefined;
    operation.next = undefined;
  }

  /** All of them, the oldest first. */
  all(): Operation[] {
    const { head } = this;
    return head === undefined ? [] : [head, ...this.behind(head)];
  }

  /** Those that were called after `operation`, which is one of them. */
  behind(operation: Operation): Operation[] {
    const operations: Operation[] = [];
    for (let at = operation; at !== this.tail; operations.push(at)) at = at.next as Operation;
    return operations;
  }
}
