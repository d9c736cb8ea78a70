/** The same without the view. */
import { terminalProblem } from '../on-terminal.js';
import type { Rival } from '../rival.js';

export const rival: Rival = { title: 'ours, run --quiet', runOptions: ['--quiet'], prepare: terminalProblem };
