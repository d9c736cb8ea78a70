import type { SharedEnd } from './shared-end.js';

/** What the handles of both ends have. */
interface Handle<Kind> {
  /** Which end it is. */
  readonly pipework: Kind;
  /** The memory that both ends share. */
  readonly memory: SharedArrayBuffer;
  /** Says which of the times that the end was on its way this is, so that it is claimed once. */
  readonly ticket: number;
  /** What reports call the pipe. */
  readonly name: string;
}

/** The reader of a worker pipe on its way to another thread: plain data, for `postMessage` and `openReader`. */
export interface ReaderHandle extends Handle<'reader'> {}

/** The writer of a worker pipe on its way to another thread: plain data, for `postMessage` and `openWriter`. */
export interface WriterHandle extends Handle<'writer'> {}

/** Gives the end up, for whoever gets the handle. @throws {ClosedPipeError} It was closed or aborted. */
export function handleOf<Kind extends 'reader' | 'writer'>(kind: Kind, end: SharedEnd): Handle<Kind> {
  return { pipework: kind, memory: end.memory.buffer, ticket: end.spend(), name: end.name };
}
