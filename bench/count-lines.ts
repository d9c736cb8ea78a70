import type { LineCount } from './rival.js';

/** The work on each line, the same for every rival that is looped over. */
export async function countInLoop(lines: AsyncIterable<string>): Promise<LineCount> {
  let count = 0;
  let units = 0;
  for await (const line of lines) {
    count++;
    units += line.length;
  }
  return { lines: count, units };
}
