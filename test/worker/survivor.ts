/** The other side of a thread that dies: uses its end until it fails, and tells how. */
import { Worker } from 'node:worker_threads';
import type * as worker from 'pipework/worker';
import { messagesOf } from './messages-of.js';
import { numberAt, numbered } from './numbered.js';

export type Waits = 'blocking' | 'awaiting' | 'watching';

export interface Outcome {
  /** Of the error that it came to; `end` for the end of a stream. */
  readonly code: string;
  readonly message: string;
  /** Bytes that came, or went. */
  readonly count: number;
  /** Whether what came is what was sent. */
  readonly isGood: boolean;
}

/** Reads until the end, or the failure. */
export async function readAll(reader: worker.WorkerReader, waits: Waits): Promise<Outcome> {
  let isGood = true;
  const into = new Uint8Array(50);
  try {
    if (waits === 'watching') await reader.closed;
    for (;;) {
      const start = reader.bytesRead;
      const count = waits === 'blocking' ? reader.readBlocking(into) : await reader.read(into);
      if (count === null) return { code: 'end', message: '', count: start, isGood };
      for (let at = 0; at < count; at++) if (into[at] !== numberAt(start + at)) isGood = false;
    }
  } catch (error) {
    return failed(error, reader.bytesRead, isGood);
  }
}

/** Writes until the failure. */
export async function writeAll(writer: worker.WorkerWriter, waits: Waits): Promise<Outcome> {
  try {
    if (waits === 'watching') await writer.closed;
    for (;;) {
      const bytes = numbered(writer.bytesWritten, 50);
      if (waits === 'blocking') writer.writeBlocking(bytes);
      else await writer.write(bytes);
    }
  } catch (error) {
    return failed(error, writer.bytesWritten, true);
  }
}

function failed(error: unknown, count: number, isGood: boolean): Outcome {
  const { code, message } = error as { code: string; message: string };
  return { code, message, count, isGood };
}

/** A thread with that end; what becomes of it there is told when it is over. */
export async function surviveElsewhere(
  handle: worker.ReaderHandle | worker.WriterHandle,
  waits: Waits,
): Promise<{ readonly outcome: Promise<Outcome> }> {
  const thread = new Worker(new URL('./survivor-thread.js', import.meta.url), {
    workerData: { handle, waits },
  });
  const next = messagesOf<Outcome>(thread);
  await next(); // it has opened the end
  return {
    outcome: next().then(async (outcome) => {
      await thread.terminate();
      return outcome;
    }),
  };
}
