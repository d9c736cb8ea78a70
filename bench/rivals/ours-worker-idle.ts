/** A thread with a reader of `pipework/worker`: nothing waits. */
import { openWorkerParked } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, nothing waits',
  openParked: () => openWorkerParked('not at all'),
};
