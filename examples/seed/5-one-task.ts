/**
 * Program 5 of the note: io.Pipe, and one task that writes 400 bytes and then reads them.
 *
 * The note's label: "Error". In plain words: this cannot work.
 * What the note says: without a buffer the write waits for a reader, and there is none yet. That is right.
 * What Go does: "fatal error: all goroutines are asleep - deadlock!", exit status 2. The whole program is gone.
 * What ours does: the write rejects with a DeadlockError that says what waits. Only the wait is given up: both ends stay
 *   open, and the program goes on. It explains the deadlock and ends with status 0, since that is what should happen.
 * What the note does not see: its check proves nothing, here not even that much, since Go never gets so far. And Go
 *   speaks up only while no other part of the program could still run; one that listens for a signal hangs silently.
 */
import * as io from 'pipework';
import { check, isAskedForNumbers, numbers, printNumbers } from './note.js';

const SIZE = 400; // bytes

const { reader, writer } = io.pipe({ name: 'the pipe' });

try {
  const written = await writer.write(numbers(SIZE)); // waits for the read below, which waits for this line
  console.log(`Written ${written} byte(s). [in-memory pipe]`);

  const output = new Uint8Array(SIZE);
  const read = await reader.read(output);
  console.log(`Read ${read} byte(s). [in-memory pipe]`);
  check(output, read);
  printNumbers(output);

  console.log('Wrong: without a buffer this cannot work.');
  process.exitCode = 1;
} catch (error) {
  if (!(error instanceof io.DeadlockError)) throw error;
  explain(error);
  if (!isTheWrite(error)) process.exitCode = 1;
}

function explain(error: io.DeadlockError): void {
  console.log(`${error.name}, ${error.code}: ${error.message}`);
  console.log('What waits for what: the write waits for a read, because the pipe has no buffer.');
  console.log('The only read stands behind that write in the same task, so it waits for the write.');
  if (isAskedForNumbers()) console.log('No numbers: nothing was read.');
}

/** Whether it is the deadlock that belongs here: one write, of which nothing was taken. */
function isTheWrite(error: io.DeadlockError): boolean {
  const [wait, ...others] = error.waits;
  const isExpected =
    others.length === 0 && wait?.operation === 'write' && wait.asked === SIZE && reader.bytesRead === 0;
  if (!isExpected) console.log('Wrong: it should be the one write that waits.');
  return isExpected;
}
