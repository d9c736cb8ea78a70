/**
 * Program 3 of the note: os.Pipe, one task that writes 40000 bytes, and a main program that reads once.
 *
 * The note's label: correct.
 * What the note says: the writer runs beside the reader, so both finish.
 * What Go does: at 65536 it reads 40000. At 4096 it reads 4096; the reader closes, the writer fails with "broken pipe",
 *   and the exit status is 0 all the same.
 * What ours does: the same single read at both capacities, with the writer's BrokenPipeError shown and every byte that
 *   came compared; and beside it `io.readFull`, the loop that gets everything at every capacity.
 * What the note does not see: its check proves nothing, it prints 40000 numbers when 4096 bytes were read. It is correct
 *   only by luck of the capacity: one read is not "read everything".
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
  const task = write(writer, SIZE);

  const output = new Uint8Array(SIZE);
  const count = await read(output);
  console.log(`Read ${count} byte(s). [file-based pipe]`);
  reader.close(); // a writer that still waits fails now
  const isAllWritten = await task;

  const arrived = output.subarray(0, expected);
  const isRight = check(arrived, count);
  if (expected < SIZE) console.log(`Short: ${SIZE - expected} of ${SIZE} bytes never arrive.`);
  printNumbers(arrived);
  return isRight && isAllWritten === (expected === SIZE);
}
