/** `pipework top`. */
import { terminalProblem } from '../on-terminal.js';
import type { Rival } from '../rival.js';

export const rival: Rival = { title: 'ours, top', prepare: terminalProblem };
