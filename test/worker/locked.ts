import type { ReaderHandle, WriterHandle } from 'pipework/worker';
import { turn } from '../runtimes/turn.js';
import { WORDS } from './words.js';

/** Resolves when this thread, which has opened the end, has the lock by which others learn of its death. */
export async function locked({ memory, pipework }: ReaderHandle | WriterHandle): Promise<void> {
  const words = new Int32Array(memory, 0, 128);
  const [claim, lock] =
    pipework === 'reader' ? [WORDS.readerClaim, WORDS.readerLocked] : [WORDS.writerClaim, WORDS.writerLocked];
  while (Atomics.load(words, lock) !== Atomics.load(words, claim)) await turn();
}
