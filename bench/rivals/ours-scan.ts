/** `scan()` and `verdict()` of `pipework/proc`, in a program that runs already, which writes them as JSON. */
import { writeFileSync } from 'node:fs';
import * as proc from 'pipework/proc';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, scan() and verdict()',
  look(pids, path) {
    const graph = proc.scan({ pid: pids });
    writeFileSync(path, JSON.stringify({ graph, verdict: proc.verdict(graph) }));
  },
};
