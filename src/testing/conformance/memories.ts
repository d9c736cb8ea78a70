/** The kinds of memory that a chunk or a buffer may lie in. */
import { host } from '../../io/internal.js';

export interface Memory {
  readonly name: string;
  /** Why this runtime has no such memory. */
  readonly skip?: string | undefined;
  make(length: number): Uint8Array;
}

const noShared =
  typeof SharedArrayBuffer === 'undefined' ? 'no SharedArrayBuffer in this runtime or page' : undefined;
export const noResizable =
  'resizable' in ArrayBuffer.prototype ? undefined : 'no resizable ArrayBuffer in this runtime';
export const noDetaching =
  host.structuredClone === undefined ? 'no structuredClone in this runtime' : undefined;

/** As Node's Buffer, it gives a view and not a copy where a Uint8Array copies. */
class Viewing extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Viewing {
    return this.subarray(start, end) as Viewing;
  }
}

export const memories: readonly Memory[] = [
  {
    name: 'a part of a larger buffer',
    make: (length) => new Uint8Array(length + 16).subarray(5, 5 + length),
  },
  { name: 'a subclass of Uint8Array', make: (length) => new Viewing(new ArrayBuffer(length)) },
  {
    name: 'shared memory',
    skip: noShared,
    make: (length) => new Uint8Array(new SharedArrayBuffer(length + 8), 3, length),
  },
  {
    name: 'WebAssembly memory',
    skip: host.WebAssembly === undefined ? 'no WebAssembly in this runtime' : undefined,
    make(length) {
      const wasm = host.WebAssembly as NonNullable<typeof host.WebAssembly>;
      return new Uint8Array(new wasm.Memory({ initial: 1 }).buffer, 8, length);
    },
  },
  { name: 'a resizable buffer', skip: noResizable, make: (length) => resizable(length) },
];

/** Bytes that follow their buffer when it is resized. */
export function resizable(length: number): Uint8Array<ArrayBuffer> {
  // Younger than ES2022, so the compiler does not know the second argument.
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer;
  return new Uint8Array(new Resizable(length, { maxByteLength: 4 * length }));
}

/** Makes a buffer of `resizable()` `length` bytes long. */
export function resize(bytes: Uint8Array, length: number): void {
  (bytes.buffer as unknown as { resize(length: number): void }).resize(length);
}

/** Takes the memory of `bytes` away, as sending it to another thread does. */
export function detach(bytes: Uint8Array): void {
  host.structuredClone?.(bytes.buffer, { transfer: [bytes.buffer] });
}
