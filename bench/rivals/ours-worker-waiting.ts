/** A thread with a reader of `pipework/worker`: a read waits. */
import { openWorkerParked } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, a read waits',
  openParked: () => openWorkerParked('awaiting'),
};
