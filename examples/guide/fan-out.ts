/** Reads a log once and gives all of it to several places; says how each of them fared. */
import * as io from 'pipework';

export function fanOut(log: io.Reader, places: io.ByteSink[]): Promise<PromiseSettledResult<number>[]> {
  const branches = io.tee(log, places.length);
  return Promise.allSettled(
    places.map((place, i) => io.copy(branches[i] as io.Reader, place, { close: true })),
  );
}
