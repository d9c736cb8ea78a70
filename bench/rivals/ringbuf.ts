/** ringbuf.js, a ring on a SharedArrayBuffer that is only ever tried: `push` and `pop` give a count. */
import type { Rival } from '../rival.js';
import { importFromNpm, installFromNpm } from './npm-folder.js';

interface RingBuffer {
  push(bytes: Uint8Array): number;
  pop(into: Uint8Array): number;
}

interface Exports {
  readonly RingBuffer: {
    getStorageForCapacity(capacity: number, type: Uint8ArrayConstructor): SharedArrayBuffer;
    new (storage: SharedArrayBuffer, type: Uint8ArrayConstructor): RingBuffer;
  };
}

let exports: Exports;

export const rival: Rival = {
  title: 'ringbuf.js',
  prepare: installFromNpm,
  async load() {
    exports = await importFromNpm<Exports>('ringbuf.js');
  },
  openRing(capacity) {
    const { RingBuffer } = exports;
    const storage = RingBuffer.getStorageForCapacity(capacity, Uint8Array);
    const writer = new RingBuffer(storage, Uint8Array);
    const reader = new RingBuffer(storage, Uint8Array);
    return { tryWrite: (chunk) => writer.push(chunk), tryRead: (into) => reader.pop(into) };
  },
};
