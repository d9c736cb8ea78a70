/**
 * Memory of ours that small transfers go through. V8 keeps typed arrays of up to 64 bytes in its own heap and moves them
 * out when Node-API first looks at them, which costs more than the whole call (4.2 us against 1.9): copied here, they
 * stay where they are.
 */
export const SMALL = 64; // bytes

/** One for each thread; used between two lines, never across a wait. Never in V8's heap, since it has a buffer. */
export const scratch = new Uint8Array(new ArrayBuffer(65536));
