import { CHUNK_MAX } from './chunk-iterator.js';
import { TeeReader } from './tee-reader.js';
import { type TeeInput, TeeSource } from './tee-source.js';
import type { PipeReader } from './types.js';

/**
 * The reader of whatever gives bytes: a tee of one branch. It reads what the read that waits asks
 * for, at most `piece` bytes, and nothing ahead.
 */
export function onlyBranch(input: TeeInput, name: string, piece = CHUNK_MAX): PipeReader {
  return readersOf(new TeeSource(input, [name], { piece, isExact: true }))[0] as PipeReader;
}

/** Of all branches. */
export function readersOf(source: TeeSource): PipeReader[] {
  return source.branches.map((branch) => {
    const reader = new TeeReader(branch, source);
    branch.attach({ reader });
    branch.watchEnds(); // somebody may be waiting behind the source already
    return reader;
  });
}
