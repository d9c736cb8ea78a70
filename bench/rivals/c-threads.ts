/** Two threads of C on a kernel pipe, blocking: what the kernel itself takes, with both of its sides on a core of its own. */
import type { Rival } from '../rival.js';
import { CProgram } from './c-compiler.js';

const program = new CProgram('c-threads');

export const rival: Rival = {
  title: 'C, two threads',
  prepare: () => program.compile(),
  timeStream: ({ messages, warmUp, size }) => program.run(messages, warmUp, size),
};
