/** What a pipe costs next to the Web's streams: from one pipe to the next, and out of one as a byte stream. */
import type { Case } from '../case.js';
import { caseOf } from './stream.js';

export const webCases: readonly Case[] = [
  caseOf('copy-64k', 'pipe to pipe, 64 KiB', { messages: 60_000, warmUp: 30_000, size: 65536 }, [
    'ours-copied',
    'transform-stream-piped',
  ]),
  caseOf('byob-64k', 'read by BYOB, 64 KiB', { messages: 60_000, warmUp: 30_000, size: 65536 }, [
    'ours-byob',
    'byte-stream',
  ]),
];
