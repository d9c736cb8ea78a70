/**
 * Program 1 of the note: os.Pipe, and one task that writes 40000 bytes, closes, and then reads them.
 *
 * The note's label: over 4096 bytes it blocks.
 * What the note says: the write waits for room, and the read that would make room comes after it.
 * What Go does: where the pipe holds 65536 bytes, as on Linux, it finishes. Where it holds 4096 it hangs for ever and
 *   says nothing: the runtime's check for deadlocks does not see kernel pipes.
 * What ours does: both in one run. At 65536 it finishes; at 4096 the write rejects with a DeadlockError that says what
 *   waits. Only the wait is given up: what the pipe took is read and compared, and the status is 0.
 * What the note does not see: 4096 is no rule, it is what a pipe held where its author worked. But on Linux too a pipe
 *   may hold less than 40000: made so, or 8192 for a user who has very many of them.
 */
import * as io from 'pipework';
import type * as os from 'pipework/os';
import { atEachCapacity } from './kernel.js';
import { check, numbers, printNumbers } from './note.js';

const SIZE = 40000; // bytes

await atEachCapacity({ 'write, then read': writeThenRead });

async function writeThenRead({ reader, writer }: os.KernelPipeEnds): Promise<boolean> {
  const expected = Math.min(SIZE, writer.capacity); // bytes
  const written = await write(writer);
  writer.close();

  const output = new Uint8Array(written);
  const read = await reader.read(output);
  console.log(`Read ${read} byte(s). [file-based pipe]`);
  reader.close();
  const isRight = check(output, read);
  printNumbers(output);

  if (written !== expected) console.log(`Wrong: the pipe should have taken ${expected} bytes.`);
  return isRight && written === expected;
}

/** What the pipe took. */
async function write(writer: os.KernelWriter): Promise<number> {
  try {
    const written = await writer.write(numbers(SIZE)); // may wait for the read, which waits for this line
    console.log(`Written ${written} byte(s). [file-based pipe]`);
    return written;
  } catch (error) {
    if (!(error instanceof io.DeadlockError)) throw error;
    explain(error);
    return error.bytesWritten;
  }
}

function explain(error: io.DeadlockError): void {
  console.log(`${error.name}, ${error.code}: ${error.message}`);
  console.log('What waits for what: the write waits for room, because the pipe is full.');
  console.log('The only read stands behind that write in the same task, so it waits for the write.');
  console.log(
    'Go would hang here without a word. Ours gives up the wait; what the pipe took is still there:',
  );
}
