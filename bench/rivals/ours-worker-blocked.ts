/** A thread with a reader of `pipework/worker`: a read blocks. */
import { openWorkerParked } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, a read blocks',
  openParked: () => openWorkerParked('blocking'),
};
