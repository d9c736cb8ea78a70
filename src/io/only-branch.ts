import { CHUNK_MAX } from './chunk-iterator.js';
import type { TeeInput } from './tee-input.js';
import { readersOf } from './tee-reader.js';
import { TeeSource } from './tee-source.js';
import type { PipeReader } from './types.js';

/**
 * The reader of whatever gives bytes: a tee of one branch. It reads what the read that waits asks
 * for, at most `piece` bytes, and nothing ahead.
 */
export function onlyBranch(input: TeeInput, name: string, piece = CHUNK_MAX): PipeReader {
  return readersOf(new TeeSource(input, [name], { piece, capacity: 0 }))[0] as PipeReader;
}
