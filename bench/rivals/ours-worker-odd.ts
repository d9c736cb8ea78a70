/** As ours-worker, after 13 bytes that put the stream out of step with the memory that it is copied from and to. */
import { openWorkerStream } from '../ours-worker.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, after 13 bytes',
  openStream: (size) => openWorkerStream(size, 'blocking', 13),
};
