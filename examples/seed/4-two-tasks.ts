/**
 * Program 4 of the note: os.Pipe, a task that writes 40000 bytes, a task that reads once, and a main program that sleeps.
 *
 * The note's label: "Corret". In plain words: correct; but see below.
 * What the note says: both sides run beside each other, so both finish.
 * What Go does: as program 3: at 65536 it reads 40000; at 4096 it reads 4096 and the writer fails with "broken pipe".
 *   The exit status is 0 both times, after a sleep of one second.
 * What ours does: the same single read at both capacities, and beside it `io.readFull`, which is right at both; every
 *   byte that came is compared. Its main program does not sleep: it waits for both tasks.
 * What the note does not see: that neither the bytes nor the tasks are looked after. What a task did not get done in that
 *   second is lost, and the check would not show it.
 */
import * as io from 'pipework';
import type * as os from 'pipework/os';
import { atEachCapacity, write } from './kernel.js';
import { check, printNumbers } from './note.js';

const SIZE = 40000; // bytes

await atEachCapacity({
  'one read': (ends) => run(ends, ends.writer.capacity, (into) => ends.reader.read(into)),
  readFull: (ends) => run(ends, SIZE, (into) => io.readFull(ends.reader, into)),
});

/** `most`: what `read` gets at most, in bytes. */
async function run(
  { reader, writer }: os.KernelPipeEnds,
  most: number,
  read: (into: Uint8Array) => Promise<number | null>,
): Promise<boolean> {
  const expected = Math.min(SIZE, most); // bytes
  const output = new Uint8Array(SIZE);

  const [isAllWritten, count] = await Promise.all([write(writer, SIZE), readTask()]);

  const arrived = output.subarray(0, expected);
  const isRight = check(arrived, count);
  if (expected < SIZE) console.log(`Short: ${SIZE - expected} of ${SIZE} bytes never arrive.`);
  printNumbers(arrived);
  return isRight && isAllWritten === (expected === SIZE);

  async function readTask(): Promise<number | null> {
    const count = await read(output);
    console.log(`Read ${count} byte(s). [file-based pipe]`);
    reader.close(); // a writer that still waits fails now
    return count;
  }
}
