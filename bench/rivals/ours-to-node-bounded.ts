/** `toNode(reader)` of a pipe that holds 256 KiB: its writer is ahead of the stream by as much. */
import * as io from 'pipework';
import type { Rival } from '../rival.js';
import { throughNode } from './ours-to-node.js';

const CAPACITY = 262144; // bytes

export const rival: Rival = {
  title: 'ours, toNode(reader), bounded',
  openStream: () => throughNode(io.pipe({ capacity: CAPACITY })),
};
