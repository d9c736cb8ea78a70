/** `pipe()` of `pipework/worker`: the worker blocks, the main thread awaits. */
import { openWorkerStream, openWorkerTurns } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, worker blocks, main awaits',
  openStream: (size) => openWorkerStream(size, 'awaited'),
  openTurns: () => openWorkerTurns('awaited'),
};
