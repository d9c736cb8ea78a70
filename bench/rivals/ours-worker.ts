/** `pipe()` of `pipework/worker` with blocking calls in both threads. */
import { openWorkerRing, openWorkerStream, openWorkerTurns } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, both block',
  openStream: (size) => openWorkerStream(size, 'blocking'),
  openTurns: () => openWorkerTurns('blocking'),
  openRing: openWorkerRing,
};
