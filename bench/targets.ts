/**
 * What the figures of ours are to reach. A target that is missed stays as it is: the README says how far off it is and
 * why.
 */
export type Target =
  /** At least so many times the rate of `rival`; `hopedFor` says what a better way might reach. */
  | { readonly case: string; readonly rival: string; readonly atLeast: number; readonly hopedFor?: number }
  /** At most so much, in the case's unit. */
  | { readonly case: string; readonly atMost: number };

/** Those for `nodeMajor`: where Node got faster at streams and promises the ratios differ. */
export function targetsFor(nodeMajor: number): readonly Target[] {
  return nodeMajor >= 26 ? [...ON_NODE_26, ...ON_ANY] : [...ON_NODE_20, ...ON_ANY];
}

const ON_NODE_20: readonly Target[] = [
  { case: 'stream-64', rival: 'go-pipe', atLeast: 1.8, hopedFor: 2.5 },
  { case: 'stream-64', rival: 'transform-stream', atLeast: 5 },
  { case: 'stream-4k', rival: 'go-pipe', atLeast: 1.4, hopedFor: 1.8 },
  { case: 'stream-4k', rival: 'transform-stream', atLeast: 5 },
  { case: 'copy-64k', rival: 'transform-stream-piped', atLeast: 3 },
];

const ON_NODE_26: readonly Target[] = [
  { case: 'stream-64', rival: 'go-pipe', atLeast: 2, hopedFor: 2.5 },
  { case: 'stream-64', rival: 'transform-stream', atLeast: 3 },
  { case: 'stream-4k', rival: 'go-pipe', atLeast: 1.7, hopedFor: 1.8 },
  { case: 'stream-4k', rival: 'transform-stream', atLeast: 2 },
  { case: 'copy-64k', rival: 'transform-stream-piped', atLeast: 1.5 },
];

const ON_ANY: readonly Target[] = [
  { case: 'stream-64k', rival: 'go-pipe', atLeast: 1 },
  { case: 'try-64', rival: 'plain-ring', atLeast: 0.7 },
  { case: 'open-memory', atMost: 450 },
  { case: 'open-time', rival: 'transform-stream', atLeast: 8 },
  { case: 'churn-memory', atMost: 64 },
  { case: 'observer-absent', rival: 'ours-unobserved', atLeast: 0.97 },
  { case: 'byob-64k', rival: 'byte-stream', atLeast: 0.9 },
  { case: 'node-64k', rival: 'readable', atLeast: 0.9 },
  { case: 'tee-2', rival: 'stream-tee', atLeast: 1 },
  { case: 'tee-stall', atMost: 8 },
  { case: 'lines-log', rival: 'readline-await', atLeast: 2 },
  { case: 'lines-log', rival: 'readline-event', atLeast: 2 },
  { case: 'os-4k', rival: 'go-os-pipe', atLeast: 0.8 },
  { case: 'os-4k', rival: 'net-socket', atLeast: 1.2 },
  { case: 'os-4k', rival: 'fs-streams', atLeast: 5 },
  { case: 'os-64k', rival: 'go-os-pipe', atLeast: 1 },
  { case: 'os-64k', rival: 'c-threads', atLeast: 1 },
  { case: 'os-64k', rival: 'net-socket', atLeast: 1.2 },
  { case: 'os-64k', rival: 'fs-streams', atLeast: 5 },
  { case: 'child-64k', rival: 'c-reader', atLeast: 0.8, hopedFor: 0.9 },
  { case: 'os-churn-memory', atMost: 16 },
  { case: 'os-churn-descriptors', atMost: 0 },
  { case: 'os-parked', rival: 'ours-os-few', atLeast: 0.5 },
  { case: 'worker-64', rival: 'post-message', atLeast: 20 },
  { case: 'worker-64', rival: 'c-ring', atLeast: 0.05 },
  { case: 'worker-4k', rival: 'post-message', atLeast: 10 },
  { case: 'worker-4k', rival: 'c-ring', atLeast: 0.4 },
  { case: 'worker-64k', rival: 'post-message', atLeast: 4 },
  { case: 'worker-64k', rival: 'c-ring', atLeast: 0.6 },
  { case: 'worker-await-4k', rival: 'post-message', atLeast: 8 },
  { case: 'worker-odd-4k', rival: 'ours-worker', atLeast: 0.6 },
  { case: 'worker-turn', rival: 'post-message', atLeast: 1 / 0.25 },
  { case: 'worker-turn-await', rival: 'post-message', atLeast: 1 / 0.5 },
  { case: 'worker-idle', atMost: 0 },
  { case: 'worker-waiting', atMost: 4 },
  { case: 'worker-blocked', atMost: 4 },
  { case: 'worker-try-64', rival: 'ringbuf', atLeast: 1 },
  { case: 'worker-try-4k', rival: 'ringbuf', atLeast: 1 },
  { case: 'exec-zeros', rival: 'bash', atLeast: 1 / 0.9 },
  { case: 'exec-zeros', rival: 'execa', atLeast: 3 },
  { case: 'exec-zeros', rival: 'zx', atLeast: 5 },
  { case: 'exec-zeros', rival: 'node-spawn', atLeast: 2.5 },
  { case: 'exec-zeros', rival: 'bun-shell', atLeast: 0.95 },
  { case: 'exec-log', rival: 'bash', atLeast: 1 / 1.05 },
  { case: 'exec-trues', rival: 'execa', atLeast: 1 / 0.3 },
  { case: 'exec-trues', rival: 'bash', atLeast: 1 / 1.5 },
  { case: 'exec-long', rival: 'bash', atLeast: 1 / 1.5 },
  { case: 'exec-long-user', rival: 'bash', atLeast: 1 / 1.5 },
  { case: 'exec-many', rival: 'bash', atLeast: 1 / 2.5 },
  { case: 'exec-many-user', rival: 'bash', atLeast: 1 / 2.5 },
  { case: 'exec-cpu', atMost: 0.2 },
  { case: 'exec-bytes', atMost: 4096 },
  { case: 'exec-start', rival: 'node-spawn', atLeast: 1 / 0.3 },
  { case: 'exec-start-1g', rival: 'node-spawn', atLeast: 1 / 0.1 },
  { case: 'exec-left-descriptors', atMost: 0 },
  { case: 'exec-left-descriptors-user', atMost: 0 },
  { case: 'exec-left-memory', atMost: 16 },
  { case: 'exec-left-memory-user', atMost: 16 },
  { case: 'proc-scan', rival: 'lsof', atLeast: 1 / 0.5 },
  { case: 'run-view', rival: 'ours-run-quiet', atLeast: 0.98 },
  { case: 'top-cpu', atMost: 3 },
];
