import { copy, type PipeReader, type Writer } from '../io/index.js';
import { KernelWriter, sharedWriter } from '../os/internal.js';
import { NULL_FD, sharedFd } from './child-fd.js';
import { writerOf } from './fd-ends.js';
import { JobReader, type Owner } from './job-reader.js';
import type { Links, Sink } from './links.js';
import type { Stdout } from './stdout.js';
import { openTarget } from './targets.js';

/** A right end of a pipeline, or the standard error of a stage. */
export interface Output {
  /** What the stage writes to. */
  readonly sink: Sink;
  /** For 'pipe': what the caller reads. */
  readonly reader?: JobReader;
  /** What /proc calls its pipe. */
  readonly id?: string | undefined;
  /** Takes what the stage writes to where it shall go, until its end; fails when that does, or the signal fires. */
  readonly pump?: { readonly reader: JobReader; readonly done: (signal: AbortSignal) => Promise<void> };
}

/**
 * Opens what a stage writes to.
 *
 * @param name What errors call it.
 * @param fromChild The stage is a process.
 * @param owner Decides whether what 'pipe' gives is whole.
 * @throws A system error; nothing is left open.
 */
export function openOutput(
  stdout: Stdout,
  name: 'stdout' | 'stderr',
  fromChild: boolean,
  links: Links,
  owner: Owner,
): Output {
  if (stdout === 'pipe') {
    const { source, sink, readSlot, id } = links.open(name, { reader: false, writer: fromChild });
    return { sink, id, reader: new JobReader(source as PipeReader, readSlot, owner) };
  }
  if (stdout === null) return fromChild ? { sink: NULL_FD } : pumped(links, name, fromChild, NOWHERE);
  if (stdout === 'inherit' || typeof stdout === 'number') {
    const fd = stdout !== 'inherit' ? stdout : name === 'stdout' ? 1 : 2;
    if (fromChild) return { sink: sharedFd(fd) };
    const own = sharedWriter(fd); // no thread of the pool ever waits on a pipe
    return own !== undefined ? { sink: own } : pumped(links, name, fromChild, writerOf(fd));
  }
  if ('file' in stdout) {
    const file = openTarget(stdout, 'write');
    if (fromChild) return { sink: file };
    try {
      return pumped(links, name, fromChild, writerOf(file.value), () => file.close());
    } catch (error) {
      file.close();
      throw error;
    }
  }
  // The end stays the caller's, who closes it: the child gets a descriptor of its own.
  if (stdout instanceof KernelWriter && fromChild) return { sink: sharedFd(stdout.fd) };
  return pumped(links, name, fromChild, stdout as Writer);
}

function pumped(links: Links, name: string, fromChild: boolean, to: Writer, finish?: () => void): Output {
  const { source, sink, readSlot } = links.open(name, { reader: false, writer: fromChild });
  const reader = new JobReader(source as PipeReader, readSlot, NO_OWNER);
  const done = async (signal: AbortSignal): Promise<void> => {
    try {
      await copy(reader, to, { signal });
    } finally {
      reader.close();
      finish?.();
    }
  };
  return { sink, pump: { reader, done } };
}

/** What is pumped is judged elsewhere. */
const NO_OWNER: Owner = { verdict: Promise.resolve(), handedOver() {}, cancel: async () => {} };

const NOWHERE: Writer = { write: async (chunk) => chunk.length };
