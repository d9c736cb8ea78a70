/**
 * As much of WASI as a program needs that reads its standard input and writes its standard output: two calls, which block
 * on the ends of two pipes. The program's own memory is what is read into and written from; nothing is copied twice.
 */
import type * as worker from 'pipework/worker';

/** What such a program exports. */
interface Program {
  readonly memory: WebAssembly.Memory;
  _start(): void;
}

/** Runs the program of `module` to its end. It blocks, so it is for a worker. Then its output ends, too. */
export function runProgram(
  module: WebAssembly.Module,
  stdin: worker.WorkerReader,
  stdout: worker.WorkerWriter,
): void {
  const { exports } = new WebAssembly.Instance(module, {
    wasi_snapshot_preview1: { fd_read: read, fd_write: write },
  });
  const program = exports as unknown as Program;
  program._start();
  stdout.close();

  function read(fd: number, list: number, count: number, moved: number): number {
    if (fd !== 0) return BAD_DESCRIPTOR;
    const [into] = buffers(list, count);
    setMoved(moved, into === undefined ? 0 : (stdin.readBlocking(into) ?? 0)); // 0: the end
    return SUCCESS;
  }

  function write(fd: number, list: number, count: number, moved: number): number {
    if (fd !== 1) return BAD_DESCRIPTOR;
    let total = 0; // bytes
    for (const chunk of buffers(list, count)) total += stdout.writeBlocking(chunk);
    setMoved(moved, total);
    return SUCCESS;
  }

  /** The `count` buffers of the list at `list` that are not empty: each a place and a length. */
  function buffers(list: number, count: number): Uint8Array[] {
    const { buffer } = program.memory;
    const words = new Uint32Array(buffer, list, 2 * count);
    const found: Uint8Array[] = [];
    for (let at = 0; at < words.length; at += 2) {
      const [start = 0, length = 0] = words.subarray(at, at + 2);
      if (length > 0) found.push(new Uint8Array(buffer, start, length));
    }
    return found;
  }

  function setMoved(at: number, bytes: number): void {
    new DataView(program.memory.buffer).setUint32(at, bytes, true);
  }
}

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
