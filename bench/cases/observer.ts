/**
 * What the check for an observer costs a wait when there is none: the first stream case with and without that line, in
 * many short rounds, since the difference is smaller than the noise of one trial.
 */
import type { Case } from '../case.js';
import { timeStream } from './stream.js';

const TRIAL = { messages: 300_000, warmUp: 100_000, size: 64 };

export const observerCases: readonly Case[] = [
  {
    name: 'observer-absent',
    title: 'observer absent, 64 B',
    unit: 'ns/message',
    size: TRIAL.size,
    rivals: ['ours-unbuffered', 'ours-unobserved'],
    rounds: 5,
    run: (rival) => timeStream(rival, TRIAL),
  },
  {
    name: 'observer-present',
    title: 'observer present, 64 B',
    unit: 'ns/message',
    size: TRIAL.size,
    rivals: ['ours-unbuffered', 'ours-traced'],
    run: (rival) => timeStream(rival, TRIAL),
  },
];
