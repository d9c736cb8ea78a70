import { commandOf } from '../os/internal.js';
import type { Holder } from './result.js';
import { nextSnapshot } from './snapshot.js';

/** Who has one of these pipes open for writing besides this process. */
export async function holdersOf(pipeIds: ReadonlySet<string>): Promise<Holder[]> {
  const snapshot = await nextSnapshot();
  return snapshot.stats
    .filter((stat) => stat.pid !== process.pid && snapshot.holdsAny(stat, pipeIds, 'write'))
    .map(({ pid }) => ({ pid, command: commandOf(pid) ?? '' }));
}
