/**
 * Program 7 of the note: io.Pipe, a task that writes 40000 bytes, a task that reads once, and a main program that sleeps.
 *
 * The note's label: "Corret". In plain words: correct; but see below.
 * What the note says: both sides run beside each other, so both finish.
 * What Go does: it prints both lines and all indices, exit status 0.
 * What ours does: the same, and compares every byte. Its main program does not sleep: it waits for both tasks.
 * What the note does not see: its check proves nothing, it prints the same numbers whatever was read. And it works only
 *   by luck: nothing waits for the goroutines, main merely sleeps for a millisecond and then prints for a while. On a
 *   busy machine, or with the loop of prints taken out, it may end before a byte has moved, with exit status 0.
 */
import * as io from 'pipework';
import { check, numbers, printNumbers } from './note.js';

const SIZE = 40000; // bytes

const { reader, writer } = io.pipe({ name: 'the pipe' });
const output = new Uint8Array(SIZE);

const [written, read] = await Promise.all([writeTask(), readTask()]);

const isRight = check(output, read);
printNumbers(output);
process.exitCode = isRight && written === SIZE ? 0 : 1;

async function writeTask(): Promise<number> {
  const count = await writer.write(numbers(SIZE));
  console.log(`Written ${count} byte(s). [in-memory pipe]`);
  return count;
}

async function readTask(): Promise<number | null> {
  const count = await reader.read(output);
  console.log(`Read ${count} byte(s). [in-memory pipe]`);
  return count;
}
