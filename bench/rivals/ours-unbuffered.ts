/** `pipe()` without a buffer: every write waits until the reader took its bytes. What the cases compare others with. */
import * as io from 'pipework';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, unbuffered',
  openStream: (size) => sendAndReceive(io.pipe(), size),
  open: () => io.pipe(),
  async useOnce(chunk, tally) {
    const { reader, writer } = io.pipe();
    const into = new Uint8Array(chunk.length);
    const sent = writer.write(chunk);
    tally.add(into, (await reader.read(into)) ?? 0);
    await sent;
    writer.close();
    if ((await reader.read(into)) !== null) throw new Error('there is no end');
    reader.close();
  },
};
