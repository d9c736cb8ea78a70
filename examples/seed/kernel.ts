/**
 * What programs 1 to 4 of the note have in common, those with a kernel pipe: the two capacities that they run at, and a
 * writer that may find its reader gone.
 */
import * as io from 'pipework';
import * as os from 'pipework/os';
import { numbers } from './note.js';

/** Runs one way of doing it over a fresh pipe; whether the outcome is the expected one. */
export type Way = (ends: os.KernelPipeEnds) => Promise<boolean>;

/**
 * Runs each way at the default capacity, which has to hold all that the programs send, and at 4096 bytes. The exit
 * status is 0 only when each outcome is right.
 */
export async function atEachCapacity(ways: Readonly<Record<string, Way>>): Promise<void> {
  for (const asked of [undefined, 4096]) {
    for (const [name, way] of Object.entries(ways)) {
      const ends = os.pipe({ ...(asked !== undefined && { capacity: asked }), name: 'the pipe' });
      const { capacity } = ends.writer; // what the kernel granted
      console.group(`Capacity ${capacity}${asked === undefined ? ', the default' : ''}: ${name}`);
      const isRight = await way(ends);
      const isGranted = asked === undefined ? capacity >= MOST : capacity === asked;
      if (!isGranted) console.log(`Wrong: the capacity should be ${asked ?? `${MOST} or more`}.`);
      console.groupEnd();
      if (!isRight || !isGranted) process.exitCode = 1;
    }
  }
}

/** What the programs send at most. */
const MOST = 40000; // bytes

/** Writes `size` bytes and closes; whether all of them went in. A reader that has gone is an outcome, and no crash. */
export async function write(writer: os.KernelWriter, size: number): Promise<boolean> {
  try {
    const written = await writer.write(numbers(size));
    console.log(`Written ${written} byte(s). [file-based pipe]`);
    return written === size;
  } catch (error) {
    if (!(error instanceof io.BrokenPipeError)) throw error;
    console.log(`Written ${error.bytesWritten} byte(s), then ${error.name}, ${error.code}: ${error.message}`);
    return false;
  } finally {
    writer.close();
  }
}
