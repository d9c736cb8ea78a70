/** What Node's `pipeline` brings from a source to a sink: a pipe of ours as the source, and Readables of Node's own. */
import type { Case } from '../case.js';
import type { StreamTrial } from '../rival.js';
import { timeStream } from './stream.js';

const SOURCES = ['ours-to-node', 'readable', 'readable-references', 'ours-to-node-bounded'];

export const nodeCases: readonly Case[] = [
  nodeCase('node-4k', 'pipeline, 4 KiB', { messages: 100_000, warmUp: 30_000, size: 4096 }),
  nodeCase('node-64k', 'pipeline, 64 KiB', { messages: 40_000, warmUp: 10_000, size: 65536 }),
];

function nodeCase(name: string, title: string, trial: StreamTrial): Case {
  return {
    name,
    title,
    unit: 'ns/message',
    size: trial.size,
    rivals: SOURCES,
    run: (rival) => timeStream(rival, trial),
  };
}
