/** `length` bytes of a stream in which each tells where it belongs, from byte `start` on. */
export function numbered(start: number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => numberAt(start + at));
}

/** It repeats only after 65,536 bytes. */
export function numberAt(at: number): number {
  return (at ^ (at >> 8)) & 255;
}
