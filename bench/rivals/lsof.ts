/**
 * `lsof`, with what makes it fast: no name of a host or port is looked up, and nothing that might block is asked; `+E` names
 * the other ends of pipes. In its favour: it is a program in C, and shows no state and no fill.
 */
import { spawnSync } from 'node:child_process';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'lsof',
  prepare() {
    const { error } = spawnSync('lsof', ['-v']);
    return error === undefined ? undefined : 'there is no lsof on the PATH';
  },
  lookCommand: (pids) => ['lsof', '-w', '-b', '+E', '-n', '-P', '-p', pids.join(',')],
};
