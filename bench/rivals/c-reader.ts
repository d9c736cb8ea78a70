/** A reader in C of what a child in C writes, blocking, with the buffer that the other readers have. */
import type { Rival } from '../rival.js';
import { CProgram } from './c-compiler.js';

const child = new CProgram('c-child');
const reader = new CProgram('c-reader');

export const rival: Rival = {
  title: 'C reader, same child',
  prepare: () => child.compile() ?? reader.compile(),
  timeStream: ({ messages, warmUp, size }) => reader.run(child.path, messages, warmUp, size),
};
