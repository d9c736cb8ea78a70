import type { Failure } from './taken-source.js';

/** Where a tee's bytes come from: a source, or what is made of several. */
export interface TeeInput {
  read(into: Uint8Array): Promise<number | null>;
  tryRead(into: Uint8Array): number | null;
  /** Says whether its waits count. */
  refer(counts: boolean): void;
  onFailure(listener: (reason: unknown) => void): void;
  /** Nobody reads it any more: it has ended or failed, or all branches have left. */
  end(failure: Failure | undefined): unknown;
}
