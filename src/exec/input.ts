import { copy, type PipeWriter, type Reader } from '../io/index.js';
import { abortable, closeEnd, isBytes, NONE } from '../io/internal.js';
import { abortReasonOf, KernelReader, type KernelWriter, sharedReader } from '../os/internal.js';
import { type ChildFd, NULL_FD, ownFd, sharedFd } from './child-fd.js';
import { readerOf } from './fd-ends.js';
import { JobReader } from './job-reader.js';
import type { Links, Source } from './links.js';
import { endedReader } from './no-ends.js';
import { isText, type Stdin } from './stdin.js';
import { openTarget } from './targets.js';

/** The left end of a pipeline. */
export interface Input {
  /** What the first stage reads. */
  readonly source: Source;
  /** For 'pipe': what the caller writes to. */
  readonly writer?: PipeWriter;
  /** Another pipeline whose output was joined to this one in the kernel. */
  readonly upstream?: JobReader;
  /** Sends what is to be sent, or waits until the caller has, and ends with it; the signal fires when nobody reads any more. */
  readonly feed?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Opens what the first stage reads.
 *
 * @param forChild The first stage is a process.
 * @throws A system error; nothing is left open.
 */
export function openInput(stdin: Stdin, forChild: boolean, links: Links): Input {
  if (stdin === null) return { source: forChild ? NULL_FD : endedReader('no stdin') };
  if (stdin === 'pipe') {
    const { source, sink } = links.open('stdin', { reader: forChild, writer: false });
    const writer = sink as KernelWriter;
    return { source, writer, feed: (signal) => untilWhole(writer, signal) };
  }
  if (stdin === 'inherit' || typeof stdin === 'number') {
    const fd = typeof stdin === 'number' ? stdin : 0;
    if (forChild) return { source: sharedFd(fd) };
    const own = sharedReader(fd); // no thread of the pool ever waits on a pipe
    return own !== undefined ? { source: own } : fed(links, forChild, () => sendFrom(readerOf(fd)));
  }
  if (typeof stdin === 'string' || isBytes(stdin)) return fed(links, forChild, () => sendAll(stdin));
  if (isText(stdin)) return fed(links, forChild, () => sendAll(stdin.text));
  if (stdin instanceof JobReader) return joined(stdin, forChild, links);
  if (stdin instanceof KernelReader) {
    return { source: forChild ? ownFd(stdin.release()) : stdin };
  }
  if ('file' in stdin) {
    if (forChild) return { source: openTarget(stdin, 'read') };
    return fed(links, forChild, () => sendFrom(readerOfFile(openTarget(stdin, 'read'))));
  }
  return fed(links, forChild, () => sendFrom(stdin as Reader));
}

/** Ends with `writer`; fails with what it was aborted with, or lost a write by: then what was written is not whole. */
async function untilWhole(writer: KernelWriter, signal: AbortSignal): Promise<void> {
  try {
    await abortable(writer.closed, signal);
  } catch (error) {
    if (isUnwanted(error, signal)) return;
  }
  const reason = abortReasonOf(writer);
  if (reason !== NONE) throw reason;
}

/** Whether nobody reads any more: nobody has to read all that is offered. */
function isUnwanted(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error as { code?: unknown } | null)?.code === 'EPIPE';
}

type Send = (to: PipeWriter, signal: AbortSignal) => Promise<void>;

function fed(links: Links, forChild: boolean, open: () => Send): Input {
  const { source, sink } = links.open('stdin', { reader: forChild, writer: false });
  const writer = sink as PipeWriter;
  let send: Send;
  try {
    send = open();
  } catch (error) {
    source.close();
    writer.close();
    throw error;
  }
  return {
    source,
    feed: async (signal) => {
      try {
        await send(writer, signal);
        writer.close();
        await writer.closed;
      } catch (error) {
        writer.abort(error);
        if (!isUnwanted(error, signal)) throw error;
      }
    },
  };
}

function sendAll(content: Uint8Array | string): Send {
  return async (to, signal) => {
    await to.write(content, { signal });
  };
}

function sendFrom(from: Reader): Send {
  return async (to, signal) => {
    try {
      await copy(from, to, { signal });
    } catch (error) {
      closeEnd(from).catch(() => {}); // it has failed already, or nobody wants it any more
      throw error;
    }
    await abortable(closeEnd(from), signal);
  };
}

/** Another pipeline's output: in the kernel where both sides are processes, else as any reader. */
function joined(upstream: JobReader, forChild: boolean, links: Links): Input {
  if (!forChild) return { source: upstream };
  const fd = upstream.handOver();
  if (fd === undefined) return fed(links, forChild, () => sendFrom(upstream));
  return { source: ownFd(fd), upstream };
}

function readerOfFile(file: ChildFd): Reader & { close(): void } {
  return { ...readerOf(file.value), close: () => file.close() };
}
