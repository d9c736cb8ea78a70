/**
 * Pairs of descriptors that `pipework` did not make, as a program may find them.
 */
import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Pair {
  readonly readFd: number;
  readonly writeFd: number;
}

const BATCH = 100; // FIFOs that one run of mkfifo makes
const paths: string[] = [];
let folder: string | undefined;

/** Both ends of a FIFO, non-blocking, since to open either one would wait for the other. Its name is gone already. */
export function fifoPair(): Pair {
  const path = fifoPath();
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  rmSync(path);
  return { readFd, writeFd };
}

/** The path of a FIFO that nobody has opened; whoever uses it removes it. */
export function fifoPath(): string {
  const path = paths.pop();
  if (path !== undefined) return path;
  folder ??= temporaryFolder();
  const batch = Array.from({ length: BATCH }, (_, index) => join(folder as string, `${index}`));
  execFileSync('mkfifo', batch);
  paths.push(...batch);
  return fifoPath();
}

function temporaryFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'pipework-fifos-'));
  process.once('exit', () => rmSync(made, { recursive: true }));
  return made;
}

/** What this needs of the addon: made for another environment of it, whose pipes have one description for each end. */
interface Plain {
  open(slots: Int32Array, given: number): number;
  expose(slot: number): number;
  release(slot: number): number;
}

let plain: Plain | undefined;

/**
 * Both ends of a pipe as pipe(2) makes it, blocking and never reopened, as a shell gives it to its children. Node cannot
 * make one; the addon can, by the calls that any POSIX system has.
 */
export function anonymousPair(): Pair {
  plain ??= (
    createRequire(import.meta.url)(
      fileURLToPath(new URL('../../../native/build/pipework.node', import.meta.url)),
    ) as { init(posix: number, thread: number, ready: Int32Array, onReady: () => void): Plain }
  ).init(1, 0, new Int32Array(256), () => {});
  const slots = new Int32Array(2);
  plain.open(slots, 0);
  const [readFd, writeFd] = Array.from(slots, (slot) => {
    plain?.expose(slot);
    return plain?.release(slot);
  });
  return { readFd, writeFd } as Pair;
}
