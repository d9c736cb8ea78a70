/** A ring in memory between two threads of C that spin: what the processor itself takes to move bytes between its cores. */
import type { Rival } from '../rival.js';
import { CProgram } from './c-compiler.js';

const program = new CProgram('c-ring');

export const rival: Rival = {
  title: 'C ring, two threads',
  prepare: () => program.compile(),
  timeStream: ({ messages, warmUp, size }) => program.run(messages, warmUp, size),
};
