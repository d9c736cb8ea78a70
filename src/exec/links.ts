import type { PipeReader } from '../io/index.js';
import { childPipe, KernelReader, KernelWriter } from '../os/internal.js';
import { type ChildFd, endFd } from './child-fd.js';

/** What a stage reads from: a child's descriptor, or an end of ours for a function. */
export type Source = ChildFd | PipeReader;
/** What a stage writes to. */
export type Sink = ChildFd | KernelWriter;

/** A pipe between two stages, or between a stage and this process. */
export interface Link {
  readonly source: Source;
  readonly sink: Sink;
  /** The addon's number of the read end, as long as it is this process's. */
  readonly readSlot: number;
  /** What /proc calls it. */
  readonly id: string | undefined;
}

/**
 * Makes the pipes of one pipeline. Each holds 256 KiB, which is a fifth faster than the kernel's 64, as long as this
 * thread has few of them: an ordinary user's pipes hold 64 MiB in all, and beyond that each new one a mere 8 KiB.
 */
export class Links {
  /** What /proc calls the pipeline's own pipes. */
  readonly ids = new Set<string>();

  readonly #capacity: number | undefined;
  #count = 0;

  /** @param capacity Bytes of each link; without it, what is usual. */
  constructor(capacity: number | undefined) {
    this.#capacity = capacity;
  }

  /**
   * @param forChild Which ends are for children; the others are this process's.
   * @throws A system error of `pipe2` that names `name`; nothing is left open.
   */
  open(name: string, forChild: { readonly reader: boolean; readonly writer: boolean }): Link {
    const usual = linksOpen < LARGE_MAX ? LARGE : undefined;
    const { reader, writer, id, readSlot } = childPipe(name, forChild, this.#capacity ?? usual);
    linksOpen++;
    this.#count++;
    this.remember(id);
    return {
      source: reader instanceof KernelReader ? reader : endFd(reader),
      sink: writer instanceof KernelWriter ? writer : endFd(writer),
      readSlot,
      id,
    };
  }

  /** A pipe that was made elsewhere is the pipeline's too. */
  remember(id: string | undefined): void {
    if (id !== undefined) this.ids.add(id);
  }

  /** The pipeline has ended. */
  release(): void {
    linksOpen -= this.#count;
    this.#count = 0;
  }
}

const LARGE = 256 * 1024; // bytes
const LARGE_MAX = 128; // links of this thread
let linksOpen = 0;
