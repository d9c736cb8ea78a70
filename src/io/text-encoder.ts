import { host } from './host.js';

/** Text as UTF-8, in memory of its own. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

const encoder = new host.TextEncoder();
