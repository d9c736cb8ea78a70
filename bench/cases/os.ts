/** Kernel pipes: both ends in this process, each in a loop of its own, and a child that writes what we read. */
import type { Case } from '../case.js';
import type { StreamTrial } from '../rival.js';
import { timeStream } from './stream.js';

const BOTH_ENDS = ['ours-os', 'go-os-pipe', 'c-threads', 'net-socket', 'fs-streams'];
const CHILD = ['ours-os-child', 'c-reader', 'child-stdout'];

export const osCases: readonly Case[] = [
  osCase('os-64', 'kernel, 64 B', BOTH_ENDS, { messages: 300_000, warmUp: 50_000, size: 64 }),
  osCase('os-4k', 'kernel, 4 KiB', BOTH_ENDS, { messages: 200_000, warmUp: 50_000, size: 4096 }),
  osCase('os-64k', 'kernel, 64 KiB', BOTH_ENDS, { messages: 40_000, warmUp: 10_000, size: 65536 }),
  osCase('child-64k', 'a child writes, 64 KiB', CHILD, { messages: 100_000, warmUp: 20_000, size: 65536 }),
];

function osCase(name: string, title: string, rivals: readonly string[], trial: StreamTrial): Case {
  return {
    name,
    title,
    unit: 'ns/message',
    size: trial.size,
    rivals,
    run: (rival) => timeStream(rival, trial),
  };
}
