/**
 * What a transport has of the things that differ from one to the next by their nature. All of them are there unless
 * declared absent, and a declaration is itself tested: with an ability its cases are in the list; without it a case is
 * that shows that the transport really lacks it.
 */
export interface Supports {
  /**
   * No buffer: a write settles only when reads have taken all its bytes, and a read takes from one write at a time.
   * Without it the pipe holds bytes, a write settles as soon as they are in, and write boundaries do not show.
   */
  readonly rendezvous: boolean;
  /**
   * A pipe opened with a capacity holds exactly so many bytes. Without it, at least as many and not exactly (a kernel
   * counts pages). Means nothing with `rendezvous`.
   */
  readonly exactCapacity: boolean;
  /**
   * What one side does, the other side's very next call knows of, in the same turn. Without it (the ends live in
   * different threads, or a kernel has to say) the other side knows one `turn()` later.
   */
  readonly immediate: boolean;
  /**
   * An abort reaches the other side as a failure, so that a cut-off stream never passes for a whole one. Without it
   * (a bare pipe between processes) a reader cannot tell the writer's abort from its close, nor a writer the reader's.
   */
  readonly aborts: boolean;
  /** A reason reaches the other side as the very same value. Without it (between threads) another error stands for it. */
  readonly reasons: boolean;
  /** The deadlock watch knows of waits on ref'd ends, and `unref()` takes them off its list. */
  readonly deadlocks: boolean;
}

/** The name of something that a transport may lack. */
export type Ability = keyof Supports;

export const ABILITIES: readonly Ability[] = [
  'rendezvous',
  'exactCapacity',
  'immediate',
  'aborts',
  'reasons',
  'deadlocks',
];
