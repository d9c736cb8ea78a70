import type { Graph } from '../../proc/index.js';
import type { Looked } from './looked.js';

/** What a look found beyond its rows: deadlocks, forgotten ends, and what was not to be seen. */
export function remarks({ graph, verdict }: Looked, pids: ReadonlySet<number>): string[] {
  const deadlocks = verdict.deadlocks.filter(({ ring }) => ring.some((pid) => pids.has(pid)));
  const held = verdict.heldEnds.filter(
    ({ pid, readers }) => pids.has(pid) || readers.some((reader) => pids.has(reader)),
  );
  return [
    ...deadlocks.map(
      ({ says, isCertain }) =>
        `Deadlock${isCertain ? '' : ', as far as can be seen'}: each of these waits for the next, and the last for the first. ${says.join(' ')}`,
    ),
    ...held.map(({ says }) => `Still open: ${says}`),
    ...unseen(graph),
  ];
}

/** What kept a look from being whole. */
export function unseen({ hidden, limits }: Graph): string[] {
  const count = hidden.length;
  return [
    ...(count === 0
      ? []
      : [
          `Not seen: what ${count === 1 ? '1 process' : `${count} processes`} of other users ${count === 1 ? 'has' : 'have'} open, which may be ends of these pipes.`,
        ]),
    ...limits.map((limit) => `Not seen: ${limit}.`),
  ];
}
