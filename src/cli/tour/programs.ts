/** The seed's programs that the tour runs, and what is expected of each: of ours, and of the Go original. */
import type { Expected } from './judge.js';

export interface Program {
  readonly number: number;
  readonly title: string;
  /** How the note labels it, and what that means. */
  readonly label: string;
  readonly meaning: string;
  /** Its name in examples/seed, without the ending. */
  readonly file: string;
  readonly ours: Expected;
  readonly go: Expected;
}

const GO_DEADLOCK = 'fatal error: all goroutines are asleep - deadlock!';

const FINISHED = ['Written 40000 byte(s). [in-memory pipe]', 'Read 40000 byte(s). [in-memory pipe]'];
const COMPARED = 'All 40000 bytes compared: each is as it was written.';

export const PROGRAMS: readonly Program[] = [
  {
    number: 5,
    title: 'One task writes 400 bytes, then reads them',
    label: 'Error',
    meaning: 'cannot work',
    file: '5-one-task',
    ours: {
      outcome: 'stands still and says why',
      status: 0,
      says: ['ERR_PIPE_DEADLOCK', 'What waits for what'],
    },
    go: { outcome: 'ends with a fatal error', status: 2, says: [GO_DEADLOCK] },
  },
  {
    number: 6,
    title: 'A task writes 40000 bytes, main reads once',
    label: 'Corret',
    meaning: 'correct',
    file: '6-writer-task',
    ours: { outcome: 'finishes', status: 0, says: [...FINISHED, COMPARED] },
    go: { outcome: 'finishes', status: 0, says: FINISHED },
  },
  {
    number: 7,
    title: 'A task writes 40000 bytes, another reads',
    label: 'Corret',
    meaning: 'correct',
    file: '7-two-tasks',
    ours: { outcome: 'finishes', status: 0, says: [...FINISHED, COMPARED] },
    go: { outcome: 'finishes', status: 0, says: FINISHED },
  },
];
