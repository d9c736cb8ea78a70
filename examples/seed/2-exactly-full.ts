/**
 * Program 2 of the note: os.Pipe, and one task that writes 4096 bytes, closes, and then reads them.
 *
 * The note's label: correct.
 * What the note says: up to 4096 bytes the write does not block.
 * What Go does: it prints both lines and all indices, exit status 0, at 65536 as at 4096.
 * What ours does: the same, and compares every byte. Before it closes it shows how full the pipe is: at 4096 exactly.
 * What the note does not see: exactly full is still fine, and one byte more is not; that byte is offered with tryWrite,
 *   which does not wait. And its check proves nothing, it prints the same numbers whatever was read.
 */
import type * as os from 'pipework/os';
import { atEachCapacity } from './kernel.js';
import { check, numbers, printNumbers } from './note.js';

const SIZE = 4096; // bytes

await atEachCapacity({ 'write, then read': writeThenRead });

async function writeThenRead({ reader, writer }: os.KernelPipeEnds): Promise<boolean> {
  const written = await writer.write(numbers(SIZE)); // does not wait: it fits
  console.log(`Written ${written} byte(s). [file-based pipe]`);
  const isFillRight = checkFill(writer);
  writer.close();

  const output = new Uint8Array(SIZE);
  const read = await reader.read(output);
  console.log(`Read ${read} byte(s). [file-based pipe]`);
  reader.close();
  const isRight = check(output, read);
  printNumbers(output);
  return isRight && isFillRight && written === SIZE;
}

/** Whether the pipe holds the bytes, and is full if it holds no more. */
function checkFill(writer: os.KernelWriter): boolean {
  const { available, capacity } = writer; // bytes
  const isFull = capacity === SIZE;
  console.log(`${available} of ${capacity} bytes are in the pipe${isFull ? ': exactly full' : ''}.`);
  if (available !== SIZE) {
    console.log(`Wrong: it should be ${SIZE}.`);
    return false;
  }
  if (isFull && writer.tryWrite(Uint8Array.of(0)) !== 0) {
    console.log('Wrong: one byte more should not fit.');
    return false;
  }
  return true;
}
