/**
 * What the contract says of a memory pipe, as two queues of waits, a list of buffered bytes and a few states: slow,
 * without promises, and written from the rules rather than from the implementation. Each call says at once which waits
 * it settles, in which order, and how.
 */

/** A reason, boxed, so that two equal ones can be told apart from one that is kept. `isDefault`: none was given. */
export interface Reason {
  readonly value: unknown;
  readonly isDefault?: boolean;
}

/** How a call ends: with a value, with that very reason, or with an error of pipework's own. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: number | null; readonly bytes?: readonly number[] }
  | { readonly kind: 'reason'; readonly reason: Reason }
  | { readonly kind: 'closed'; readonly bytesWritten: number; readonly cause: Reason | undefined }
  | { readonly kind: 'broken'; readonly bytesWritten: number };

/** Calls of one lane settle in call order; an iterator's `next` takes a few more ticks than a `read`. */
export type Lane = 'reader' | 'iterator' | 'writer';

export interface Settlement {
  readonly lane: Lane;
  readonly id: number;
  readonly outcome: Outcome;
}

interface Wait {
  readonly lane: Lane;
  readonly id: number;
  readonly signal: number | undefined;
  readonly asked: number; // bytes
  readonly bytes: readonly number[]; // of a write
  done: number; // bytes of a write that have moved
}

export class PipeModel {
  bytesRead = 0;
  bytesWritten = 0;
  /** What `closed` of each end says; `undefined` while it is pending. */
  readerClosed: Outcome | undefined;
  writerClosed: Outcome | undefined;

  readonly #capacity: number; // bytes; 0 when unbuffered
  readonly #fired = new Map<number, Reason>();
  #buffer: number[] = [];
  #reads: Wait[] = [];
  #writes: Wait[] = [];
  #writer: 'open' | 'closing' | 'handed over' | 'aborted' = 'open';
  #isReaderOpen = true;
  #cut: Reason | undefined; // what readers get in place of the end
  #readerReason: Reason | undefined;
  #firstReason: Reason | undefined;
  #settlements: Settlement[] = [];
  #isIteratorOver = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What has settled since this was last asked: at the end of a turn. */
  takeSettlements(): Settlement[] {
    const settlements = this.#settlements.map((settlement) => this.#asIteratorSays(settlement));
    this.#settlements = [];
    return settlements;
  }

  /** `next()` of the one iterator: a read, until the iterator is over. */
  next(id: number): void {
    if (this.#isIteratorOver) this.#settle({ lane: 'iterator', id }, { kind: 'value', value: null });
    else this.read('iterator', id, 65536, undefined);
  }

  /** As an async generator, an iterator is over with the end or the first error; whatever waited then has ended too. */
  #asIteratorSays(settlement: Settlement): Settlement {
    if (settlement.lane !== 'iterator') return settlement;
    const { outcome } = settlement;
    if (outcome.kind === 'value' && outcome.value !== null) return settlement;
    if (this.#isIteratorOver) return { ...settlement, outcome: { kind: 'value', value: null } };
    this.#isIteratorOver = true;
    return settlement;
  }

  read(lane: 'reader' | 'iterator', id: number, asked: number, signal: number | undefined): void {
    const fired = signal === undefined ? undefined : this.#fired.get(signal);
    const end = this.#endOfReading();
    if (end !== undefined) this.#settle({ lane, id }, end);
    else if (fired !== undefined) this.#settle({ lane, id }, { kind: 'reason', reason: fired });
    else if (asked === 0) this.#settle({ lane, id }, { kind: 'value', value: 0, bytes: [] });
    else {
      this.#reads.push({ lane, id, signal, asked, bytes: [], done: 0 });
      this.#pump();
    }
  }

  tryRead(asked: number): Outcome {
    const end = this.#endOfReading();
    if (end !== undefined) return end;
    // Earlier reads that wait go first, and while one waits there is nothing to be had.
    if (asked === 0 || this.#reads.length > 0) return { kind: 'value', value: 0, bytes: [] };
    const bytes = this.#take(asked);
    this.#pump();
    return { kind: 'value', value: bytes.length, bytes };
  }

  write(id: number, bytes: readonly number[], signal: number | undefined): void {
    const fired = signal === undefined ? undefined : this.#fired.get(signal);
    const refusal = this.#refusalOfWriting();
    const call = { lane: 'writer', id } as const;
    if (refusal !== undefined) this.#settle(call, refusal);
    else if (fired !== undefined) this.#settle(call, { kind: 'reason', reason: fired });
    else if (bytes.length === 0) this.#settle(call, { kind: 'value', value: 0 });
    else {
      this.#writes.push({ ...call, signal, asked: bytes.length, bytes, done: 0 });
      this.#pump();
    }
  }

  tryWrite(bytes: readonly number[]): Outcome {
    const refusal = this.#refusalOfWriting();
    if (refusal !== undefined) return refusal;
    if (this.#writes.length > 0 || bytes.length === 0) return { kind: 'value', value: 0 };
    // A write that nobody hears of, withdrawn once all that can move now has moved.
    const attempt: Wait = { lane: 'writer', id: -1, signal: undefined, asked: bytes.length, bytes, done: 0 };
    this.#writes.push(attempt);
    this.#pump();
    this.#writes = this.#writes.filter((wait) => wait !== attempt);
    this.#settlements = this.#settlements.filter(({ id }) => id !== -1);
    return { kind: 'value', value: attempt.done };
  }

  closeWriter(): void {
    if (this.#writer !== 'open') return;
    this.#writer = 'closing';
    this.#handOverWhenEmpty();
  }

  abortWriter(reason: Reason): void {
    if (this.#writer === 'handed over' || this.#writer === 'aborted') return;
    this.#cutOff(reason);
    for (const write of this.#writes.splice(0)) this.#settle(write, this.#closedError(write.done));
    this.#writer = 'closing';
    this.writerClosed ??= DONE;
    this.#handOverWhenEmpty();
  }

  closeReader(): void {
    this.#endReader(undefined);
  }

  abortReader(reason: Reason): void {
    this.#endReader(reason);
  }

  fire(signal: number, reason: Reason): void {
    if (this.#fired.has(signal)) return;
    this.#fired.set(signal, reason);
    const outcome = { kind: 'reason', reason } as const;
    for (const read of this.#reads.filter((wait) => wait.signal === signal)) {
      this.#reads.splice(this.#reads.indexOf(read), 1);
      this.#settle(read, outcome);
    }
    for (const write of this.#writes.filter((wait) => wait.signal === signal)) {
      const at = this.#writes.indexOf(write);
      if (at === -1) continue; // gone with an earlier one
      this.#writes.splice(at, 1);
      this.#settle(write, outcome);
      if (this.#writer !== 'closing') continue;
      // close() promised these bytes: what lies behind them cannot come any more.
      this.#cutOff(reason);
      for (const behind of this.#writes.splice(at)) this.#settle(behind, this.#closedError(behind.done));
      this.writerClosed ??= outcome;
      this.#handOverWhenEmpty();
    }
    this.#pump();
  }

  /** Moves what can move: writes into the buffer, the buffer (or without one the first write) into the first read. */
  #pump(): void {
    for (;;) {
      this.#fill();
      const read = this.#reads[0];
      const bytes = read === undefined ? [] : this.#take(read.asked);
      if (read === undefined || bytes.length === 0) break;
      this.#reads.shift();
      this.#settle(read, { kind: 'value', value: bytes.length, bytes });
    }
    // Writes that the reader's end rejected were not handed over to anybody.
    if (this.#writer === 'closing' && this.#isReaderOpen) this.#handOverWhenEmpty();
  }

  #fill(): void {
    for (let write = this.#writes[0]; write !== undefined; write = this.#writes[0]) {
      if (this.#buffer.length >= this.#capacity) return;
      this.#buffer.push(this.#nextByte(write));
    }
  }

  #take(most: number): number[] {
    if (this.#capacity > 0) {
      const bytes = this.#buffer.splice(0, most);
      this.bytesRead += bytes.length;
      return bytes;
    }
    const bytes: number[] = [];
    const write = this.#writes[0];
    while (write !== undefined && write === this.#writes[0] && bytes.length < most) {
      bytes.push(this.#nextByte(write));
    }
    this.bytesRead += bytes.length;
    return bytes;
  }

  /** The next byte of the first write, which is over with its last one. */
  #nextByte(write: Wait): number {
    const byte = write.bytes[write.done++] as number;
    this.bytesWritten++;
    if (write.done === write.asked) {
      this.#writes.shift();
      this.#settle(write, { kind: 'value', value: write.asked });
    }
    return byte;
  }

  /** How a read ends that need not wait, since there is nothing to wait for. */
  #endOfReading(): Outcome | undefined {
    if (!this.#isReaderOpen) return this.#closedError(0);
    if (this.#buffer.length > 0) return undefined;
    if (this.#writer === 'open' || this.#writer === 'closing') return undefined;
    if (this.#cut !== undefined) return { kind: 'reason', reason: this.#cut };
    this.readerClosed ??= DONE;
    return { kind: 'value', value: null };
  }

  #refusalOfWriting(): Outcome | undefined {
    if (this.#writer !== 'open') return this.#closedError(0);
    return this.#isReaderOpen ? undefined : this.#readerGone(0);
  }

  #handOverWhenEmpty(): void {
    if (this.#writes.length > 0) return;
    this.#writer = this.#cut === undefined ? 'handed over' : 'aborted';
    this.writerClosed ??= DONE;
    if (this.#reads.length === 0) return;
    for (const read of this.#reads.splice(0)) {
      this.#settle(
        read,
        this.#cut === undefined ? { kind: 'value', value: null } : { kind: 'reason', reason: this.#cut },
      );
    }
    this.readerClosed ??= DONE;
  }

  #cutOff(reason: Reason): void {
    this.#firstReason ??= reason;
    this.#cut ??= reason;
    this.readerClosed ??= { kind: 'reason', reason };
  }

  #endReader(reason: Reason | undefined): void {
    if (!this.#isReaderOpen) return;
    this.#isReaderOpen = false;
    this.#readerReason = reason;
    this.#firstReason ??= reason;
    this.readerClosed ??= DONE;
    this.#buffer = [];
    for (const read of this.#reads.splice(0)) this.#settle(read, this.#closedError(0));
    for (const write of this.#writes.splice(0)) this.#settle(write, this.#readerGone(write.done));
    this.writerClosed ??= this.#readerGone(0);
  }

  #closedError(bytesWritten: number): Outcome {
    return { kind: 'closed', bytesWritten, cause: this.#firstReason };
  }

  #readerGone(bytesWritten: number): Outcome {
    const reason = this.#readerReason;
    return reason === undefined ? { kind: 'broken', bytesWritten } : { kind: 'reason', reason };
  }

  #settle({ lane, id }: { readonly lane: Lane; readonly id: number }, outcome: Outcome): void {
    this.#settlements.push({ lane, id, outcome });
  }
}

const DONE: Outcome = { kind: 'value', value: null };
