/**
 * What programs 1 to 4 of the note have in common, those with a kernel pipe: the two capacities that they run at, and a
 * writer that may find its reader gone.
 */
import * as io from 'pipework';
import * as os from 'pipework/os';
import { numbers } from './note.js';

/** Runs one way of doing it over a fresh pipe; whether the outcome is the expected one. */
export type Way = (ends: os.KernelPipeEnds) => Promise<boolean>;

/** Runs each way at the default capacity and at 4096 bytes; the exit status is 0 only when each outcome is right. */
export async function atEachCapacity(ways: Readonly<Record<string, Way>>): Promise<void> {
  for (const options of [{}, { capacity: 4096 }]) {
    for (const [name, way] of Object.entries(ways)) {
      const ends = os.pipe({ ...options, name: 'the pipe' });
      const { capacity } = ends.writer; // what the kernel granted, which may be more than was asked for
      console.group(`Capacity ${capacity}${'capacity' in options ? '' : ', the default'}: ${name}`);
      if (!(await way(ends))) process.exitCode = 1;
      console.groupEnd();
    }
  }
}

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
