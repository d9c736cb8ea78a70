/**
 * Program 6 of the note: io.Pipe, one task that writes 40000 bytes, and a main program that reads once.
 *
 * The note's label: "Corret". In plain words: correct; the write has somebody to wait for.
 * What the note says: the writer runs beside the reader, so both finish.
 * What Go does: it prints both lines and all indices, exit status 0.
 * What ours does: the same, and compares every byte. A call that is not awaited yet is all the goroutine it needs, and
 *   no sleep; its end is awaited, so that a write that failed would be seen.
 * What the note does not see: its check proves nothing, it prints the same numbers whatever was read. And the one read
 *   is enough only because the pipe has no buffer and the write is no larger than the read: bytes go straight from the
 *   one into the other. Where that is not sure, `io.readFull` is the call.
 */
import * as io from 'pipework';
import { check, numbers, printNumbers } from './note.js';

const SIZE = 40000; // bytes

const { reader, writer } = io.pipe({ name: 'the pipe' });

const task = write();

const output = new Uint8Array(SIZE);
const read = await reader.read(output);
console.log(`Read ${read} byte(s). [in-memory pipe]`);
const written = await task;

const isRight = check(output, read);
printNumbers(output);
process.exitCode = isRight && written === SIZE ? 0 : 1;

async function write(): Promise<number> {
  const count = await writer.write(numbers(SIZE));
  console.log(`Written ${count} byte(s). [in-memory pipe]`);
  return count;
}
