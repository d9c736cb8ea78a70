/** What a copy that has no bypass is tested with. */
import type * as io from 'pipework';

/** The same end as an object of somebody else's, between which a copy goes the usual way. */
export function plain(end: io.PipeReader | io.PipeWriter, member: 'read' | 'write'): object {
  const call = (end as never as Record<string, (...args: unknown[]) => unknown>)[member] as () => unknown;
  return {
    [member]: call.bind(end),
    close: () => end.close(),
    abort: (reason: unknown) => end.abort(reason),
    closed: end.closed,
  };
}

/** More steps than a copy takes to bring 20 bytes one by one, or to tell both ends of its failure. */
export async function settle(): Promise<void> {
  for (let step = 0; step < 200; step++) await undefined;
}
