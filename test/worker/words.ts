/** Where the words of a pipe stand in its memory, as src/worker/protocol.ts has it: for tests that look, or that spoil them. */
export const WORDS = {
  magic: 0,
  version: 1,
  capacity: 2,
  readerClaim: 8,
  writerClaim: 9,
  readerLocked: 10,
  writerLocked: 11,
  readerState: 32,
  readerReasonLength: 33,
  writerState: 34,
  writerReasonLength: 35,
  tail: 64,
  wanted: 65,
  head: 96,
} as const;

/** Bytes before the ring. */
export const HEADER_SIZE = 512 + 2 * 4096;
export const WRITER_REASON_AT = 512 + 4096; // bytes
