/** `pipework run` with its live view. */
import { terminalProblem } from '../on-terminal.js';
import type { Rival } from '../rival.js';

export const rival: Rival = { title: 'ours, run', runOptions: [], prepare: terminalProblem };
