/** The seed's programs that the tour runs, and what is expected of each: of ours, and of the Go original. */
import type { Expected } from './judge.js';

export interface Program {
  /** Its number in the note, and what stands in the place of its goroutines, where it is not a task as there. */
  readonly number: string;
  readonly title: string;
  /** What the note says of it: its label, and in plain words what that means. */
  readonly remark: string;
  /** Its name in examples/seed, without the ending. */
  readonly file: string;
  readonly needsKernelPipes: boolean;
  readonly ours: Expected;
  readonly go: readonly GoOutcome[];
}

/** One run of the Go original. */
export interface GoOutcome {
  /** Of the pipe, in bytes; an argument of the original. */
  readonly capacity?: number;
  readonly expected: Expected;
}

const GO_DEADLOCK = 'fatal error: all goroutines are asleep - deadlock!';

const FINISHED = ['Written 40000 byte(s). [in-memory pipe]', 'Read 40000 byte(s). [in-memory pipe]'];
const FILE_FINISHED = ['Written 40000 byte(s). [file-based pipe]', 'Read 40000 byte(s). [file-based pipe]'];
const FILE_FULL = ['Written 4096 byte(s). [file-based pipe]', 'Read 4096 byte(s). [file-based pipe]'];
const COMPARED = 'All 40000 bytes compared: each is as it was written.';
const COMPARED_4096 = 'All 4096 bytes compared: each is as it was written.';

/** Programs 3 and 4 differ in who waits for whom, and not in what comes of it. */
const ONE_READ = {
  needsKernelPipes: true,
  ours: {
    outcome: 'reads short once, and all in a loop',
    status: 0,
    says: [...FILE_FINISHED, COMPARED, 'Read 4096 byte(s)', 'BrokenPipeError, EPIPE', COMPARED_4096],
  },
  go: [
    { expected: { outcome: 'finishes', status: 0, says: FILE_FINISHED } },
    {
      capacity: 4096,
      expected: {
        outcome: 'reads 4096 bytes of 40000 and calls that a success',
        status: 0,
        says: ['Read 4096 byte(s). [file-based pipe]', 'broken pipe'],
      },
    },
  ],
} as const;

const BETWEEN_THREADS = 'Written 40000 byte(s). [pipe between threads]';
const SHORT_AT_4096 = [
  BETWEEN_THREADS,
  COMPARED,
  'Read 4096 byte(s)',
  'BrokenPipeError, EPIPE',
  COMPARED_4096,
];
const SHORT_AT_256 = [
  BETWEEN_THREADS,
  COMPARED,
  'Read 256 byte(s)',
  'BrokenPipeError, EPIPE',
  'All 256 bytes compared',
];

/** One with threads in the place of goroutines. Its original has run already. */
function threads(number: string, title: string, file: string, says: readonly string[]): Program {
  return {
    number: `${number} in threads`,
    title,
    remark: 'not in the note',
    file,
    needsKernelPipes: false,
    ours: { outcome: 'reads short once, and all in a loop', status: 0, says },
    go: [],
  };
}

export const PROGRAMS: readonly Program[] = [
  {
    number: '1',
    title: 'One task writes 40000 bytes, then reads them',
    remark: 'the note: blocks over 4096',
    file: '1-one-task',
    needsKernelPipes: true,
    ours: {
      outcome: 'finishes, and at 4096 stands still and says why',
      status: 0,
      says: [...FILE_FINISHED, COMPARED, 'ERR_PIPE_DEADLOCK', 'What waits for what', COMPARED_4096],
    },
    go: [
      { expected: { outcome: 'finishes', status: 0, says: FILE_FINISHED } },
      { capacity: 4096, expected: { outcome: 'hangs without a word', status: null, says: [] } },
    ],
  },
  {
    number: '2',
    title: 'One task writes 4096 bytes, then reads them',
    remark: 'the note: correct',
    file: '2-exactly-full',
    needsKernelPipes: true,
    ours: { outcome: 'finishes', status: 0, says: [...FILE_FULL, 'exactly full', COMPARED_4096] },
    go: [
      { expected: { outcome: 'finishes', status: 0, says: FILE_FULL } },
      { capacity: 4096, expected: { outcome: 'finishes', status: 0, says: FILE_FULL } },
    ],
  },
  {
    number: '3',
    title: 'A task writes 40000 bytes, main reads once',
    remark: 'the note: correct',
    file: '3-writer-task',
    ...ONE_READ,
  },
  {
    number: '4',
    title: 'A task writes 40000 bytes, another reads',
    remark: 'the note: "Corret" (correct)',
    file: '4-two-tasks',
    ...ONE_READ,
  },
  {
    number: '5',
    title: 'One task writes 400 bytes, then reads them',
    remark: 'the note: "Error" (cannot work)',
    file: '5-one-task',
    needsKernelPipes: false,
    ours: {
      outcome: 'stands still and says why',
      status: 0,
      says: ['ERR_PIPE_DEADLOCK', 'What waits for what'],
    },
    go: [{ expected: { outcome: 'ends with a fatal error', status: 2, says: [GO_DEADLOCK] } }],
  },
  {
    number: '6',
    title: 'A task writes 40000 bytes, main reads once',
    remark: 'the note: "Corret" (correct)',
    file: '6-writer-task',
    needsKernelPipes: false,
    ours: { outcome: 'finishes', status: 0, says: [...FINISHED, COMPARED] },
    go: [{ expected: { outcome: 'finishes', status: 0, says: FINISHED } }],
  },
  {
    number: '7',
    title: 'A task writes 40000 bytes, another reads',
    remark: 'the note: "Corret" (correct)',
    file: '7-two-tasks',
    needsKernelPipes: false,
    ours: { outcome: 'finishes', status: 0, says: [...FINISHED, COMPARED] },
    go: [{ expected: { outcome: 'finishes', status: 0, says: FINISHED } }],
  },
  threads('3', 'A worker writes 40000 bytes, main reads once', '3-writer-worker', SHORT_AT_4096),
  threads('4', 'A worker writes 40000 bytes, another reads', '4-two-workers', SHORT_AT_4096),
  threads('6', 'A worker writes 40000 bytes, main reads once', '6-writer-worker', SHORT_AT_256),
  threads('7', 'A worker writes 40000 bytes, another reads', '7-two-workers', SHORT_AT_256),
];
