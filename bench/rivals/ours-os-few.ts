/** The same pipes, but 100 of them at a time: what a wake-up costs when few others wait. */
import type { Rival } from '../rival.js';
import { rival as many } from './ours-os.js';

export const rival: Rival = { ...many, title: 'ours, os, 100 pipes', share: 0.01 };
