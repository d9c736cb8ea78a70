/** How the state table uses each member; an iterator's `next()` is told by the length of its chunk. */
import type { PipeReader, PipeWriter } from '../../io/index.js';
import { asyncDispose, dispose } from '../../io/internal.js';
import { equal } from './assert.js';
import { bytes, nothing } from './harness.js';

export interface Ends {
  readonly reader: PipeReader;
  readonly writer: PipeWriter;
}

type Use = (ends: Ends) => unknown;

export const members: Readonly<Record<keyof Ends, Readonly<Record<string, Use>>>> = {
  reader: {
    'read()': ({ reader }) => reader.read(new Uint8Array(8)),
    'read(0)': ({ reader }) => reader.read(nothing()),
    'tryRead()': ({ reader }) => reader.tryRead(new Uint8Array(8)),
    'tryRead(0)': ({ reader }) => reader.tryRead(nothing()),
    'next()': async ({ reader }) => {
      const { done, value } = await reader[Symbol.asyncIterator]().next();
      return done ? null : value.length;
    },
    ...both('reader'),
    count: ({ reader }) => equal(typeof reader.bytesRead, 'number', 'bytesRead'),
  },
  writer: {
    'write()': ({ writer }) => writer.write(bytes(3)),
    'write(0)': ({ writer }) => writer.write(nothing()),
    'tryWrite()': ({ writer }) => writer.tryWrite(bytes(3)),
    'tryWrite(0)': ({ writer }) => writer.tryWrite(nothing()),
    ...both('writer'),
    count: ({ writer }) => equal(typeof writer.bytesWritten, 'number', 'bytesWritten'),
  },
};

function both(end: keyof Ends): Record<string, Use> {
  return {
    closed: (ends) => ends[end].closed,
    'close()': (ends) => ends[end].close(),
    'abort()': (ends) => ends[end].abort(new Error('one more reason')),
    dispose: (ends) => ends[end][dispose](),
    asyncDispose: (ends) => ends[end][asyncDispose](),
    'ref()': (ends) => equal(ends[end].ref(), ends[end], 'what ref() gives'),
    'unref()': (ends) => equal(ends[end].unref(), ends[end], 'what unref() gives'),
    name: (ends) => equal(typeof ends[end].name, 'string', 'the type of name'),
  };
}
