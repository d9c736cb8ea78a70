/** `tee()` of an unbuffered pipe in lockstep: one loop awaits each write, and each branch has a buffer of its own to read into. */
import * as io from 'pipework';
import type { Rival } from '../rival.js';
import type { Tally } from '../tally.js';

export const rival: Rival = {
  title: 'ours, tee',
  openTee(size) {
    const { reader, writer } = io.pipe();
    return {
      async send(messages, chunks) {
        for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
        writer.close();
      },
      receivers: io.tee(reader).map((branch) => (tally, pause) => receive(branch, tally, pause, size)),
    };
  },
};

async function receive(
  branch: io.PipeReader,
  tally: Tally,
  pause: () => Promise<void> | undefined,
  size: number,
): Promise<void> {
  const into = new Uint8Array(size);
  for (;;) {
    const count = await branch.read(into);
    if (count === null) return;
    tally.add(into, count);
    const paused = pause();
    if (paused !== undefined) await paused;
  }
}
