/**
 * What a rival gives to the cases. A rival takes part in the cases whose members it has, and uses its own library as
 * the authors of that library would: the loops are the rival's own, only the work on the bytes is everybody's same.
 */
import type { Tally } from './tally.js';

export interface Rival {
  /** What the tables call it. */
  readonly title: string;

  /**
   * Which share of a case's pipes it opens, or of its bytes it moves, where all of them need more time or heap than there
   * is. Fewer of them are made faster and leave less behind, which is in the rival's favour.
   */
  readonly share?: number;

  /** Loads what its trials need and `prepare()` has made; awaited in each trial, before its clock starts. */
  load?(): Promise<void>;

  /** What runs its trials, where that is not Node. */
  executable?(): string;

  /** Makes what its trials need, once for each run. @returns Why it cannot take part; nothing when it can. */
  prepare?(): string | undefined;

  /** A fresh pipe that one writer and one reader use at the same time. */
  openStream?(size: number): MessageStream | Promise<MessageStream>;

  /** A fresh stream that one writer writes to and two readers read at the same time, each all of it. */
  openTee?(size: number): TeeStream;

  /** Reads the file line by line. */
  countLines?(file: string): Promise<LineCount>;

  /** A fresh ring of `capacity` bytes that is written and read without waiting. */
  openRing?(capacity: number): TryRing;

  /** A thread that has an end of a pipe and waits there, or just has it. */
  openParked?(): Promise<ParkedThread>;

  /** Another thread that gives back each byte that it gets. */
  openTurns?(): Promise<Turns>;

  /** A fresh pipe; what is returned keeps both of its ends. */
  open?(): unknown;

  /** Opens a pipe, sends `chunk` through it, reads it to its end, and leaves nothing open. */
  useOnce?(chunk: Uint8Array, tally: Tally): Promise<void>;

  /** A fresh pipe that somebody else writes to. */
  openHeld?(): HeldPipe;

  /** Runs programs, each one's output joined to the next one's input. @returns What the last one wrote. */
  runPipeline?(commands: readonly Command[]): Promise<string>;

  /** For a rival in another language: does what the pipeline cases do. */
  timePipelines?(trial: PipelineTrial): { readonly milliseconds: number; readonly output: string };

  /** Starts a program that writes nothing, with a pipe for each output. The promise settles when it has ended. */
  startOne?(file: string): Promise<unknown>;

  /** What looks at processes and their pipes, and prints what it sees. */
  lookCommand?(pids: readonly number[]): Command;

  /** Looks at processes and their pipes, and writes what it sees to a file. */
  look?(pids: readonly number[], path: string): void;

  /** Options of `pipework run`. */
  readonly runOptions?: readonly string[];

  /** For a rival in another language: does what the stream cases do. @returns Nanoseconds for each message. */
  timeStream?(stream: StreamTrial): number;
}

export interface StreamTrial {
  readonly messages: number;
  readonly warmUp: number; // messages before the clock starts
  readonly size: number; // bytes of each message
}

/** A program and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

export interface PipelineTrial {
  readonly commands: readonly Command[];
  readonly times: number;
  /** All of them at the same time; else one after the other. */
  readonly atOnce: boolean;
}

export interface MessageStream {
  /** Sends `messages` of `chunks` in turn, never more than the pipe wants, then the end. */
  send(messages: number, chunks: readonly Uint8Array[]): Promise<void>;
  /** Reads to the end and gives every byte to `tally`. */
  receive(tally: Tally): Promise<void>;
}

export interface Turns {
  /** Sends a byte and waits until it is back, so many times. */
  turn(times: number): Promise<void>;
  /** Ends the other thread. */
  close(): Promise<void>;
}

export interface ParkedThread {
  /** As often as the kernel has woken the thread so far. */
  wakeUps(): number;
  /** Ends it. */
  close(): Promise<void>;
}

export interface TeeStream {
  /** Sends `messages` of `chunks` in turn, never more than the stream wants, then the end. */
  send(messages: number, chunks: readonly Uint8Array[]): Promise<void>;
  /** Of each branch: reads to the end, gives every byte to `tally`, and waits for what `pause` returns after each read. */
  readonly receivers: readonly ((tally: Tally, pause: () => Promise<void> | undefined) => Promise<void>)[];
}

export interface LineCount {
  readonly lines: number;
  /** Of all lines, as their `length` tells. */
  readonly units: number;
}

export interface HeldPipe {
  /** Waits for at least one byte. @returns Bytes read. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes one byte at once, behind the back of whoever reads. */
  poke(): void;
  /** Closes both ends. */
  close(): void;
}

export interface TryRing {
  /** @returns Bytes taken; less than all of them when it is full. */
  tryWrite(chunk: Uint8Array): number;
  /** @returns Bytes read; 0 when it is empty. */
  tryRead(into: Uint8Array): number | null;
}

/** Loads only that rival: a trial's process knows nothing of the others. */
export async function loadRival(name: string): Promise<Rival> {
  const module = (await import(`./rivals/${name}.js`)) as { readonly rival: Rival };
  return module.rival;
}
