/** Whose memory it is: lent until the call settles, then the caller's own again. */
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';
import { type Memory, memories } from './memories.js';
import { controller } from './signal.js';

export const lending: readonly Draft[] = [
  {
    name: 'write() keeps nothing of a chunk once it has settled: changing it then changes nothing',
    rule: 3,
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const chunk = bytes(4);
      await t.write(writer, chunk).gives(4);
      chunk.fill(0xff);
      sameBytes(await t.take(reader, 4), bytes(4), 'what was read');
    },
  },
  {
    name: 'write() changes nothing in its chunk and does not detach it',
    rule: 3,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const chunk = bytes(4);
      const sent = t.write(writer, chunk);
      await sent.waits();
      sameBytes(chunk, bytes(4), 'the chunk while it waits');
      await t.take(reader, buffered.length + 4);
      await sent.gives(4);
      sameBytes(chunk, bytes(4), 'the chunk afterwards');
    },
  },
  {
    name: 'write() that was given up keeps nothing of its chunk',
    rule: 3,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const stop = controller();
      const chunk = bytes(4, 0xa0);
      const given = t.call(writer.write(chunk, { signal: stop.signal }), 'write() to give up');
      await given.waits();
      stop.abort(new Error('given up'));
      await given.failure();
      chunk.fill(0xff);
      const next = t.write(writer, bytes(2));
      sameBytes(await t.take(reader, buffered.length + 2), joined(buffered, bytes(2)), 'what was read');
      await next.gives(2);
    },
  },
  {
    name: 'read() leaves its buffer alone once it has settled',
    rule: 3,
    async run(t) {
      const { reader, writer } = await t.open();
      const into = new Uint8Array(4);
      const got = t.read(reader, into);
      const first = t.write(writer, bytes(2));
      await got.gives(2);
      await first.gives(2);
      const second = await t.load(writer, bytes(2, 50));
      sameBytes(into, joined(bytes(2), new Uint8Array(2)), 'the buffer of the first read');
      sameBytes(await t.take(reader, 2), bytes(2, 50), 'the second read');
      await second.gives(2);
    },
  },
  {
    name: 'read() that was given up leaves its buffer alone, and the bytes go to the next',
    rule: 3,
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const into = new Uint8Array(4);
      const given = t.call(reader.read(into, { signal: stop.signal }), 'read() to give up');
      await given.waits();
      stop.abort(new Error('given up'));
      await given.failure();
      const sent = await t.load(writer, bytes(3));
      sameBytes(await t.take(reader, 3), bytes(3), 'the next read');
      sameBytes(into, new Uint8Array(4), 'the buffer of the read that was given up');
      await sent.gives(3);
    },
  },
  {
    name: 'read() writes only into the part of the memory that it was lent',
    rule: 3,
    async run(t) {
      const { reader, writer } = await t.open();
      const memory = new Uint8Array(12);
      const sent = t.write(writer, bytes(8));
      await t.read(reader, memory.subarray(4, 8)).gives(4);
      sameBytes(
        memory,
        joined(new Uint8Array(4), bytes(4), new Uint8Array(4)),
        'the memory around the buffer',
      );
      await t.take(reader, 4);
      await sent.gives(8);
    },
  },
  ...memories.flatMap((memory) => inMemory(memory)),
];

function inMemory({ name, skip, make }: Memory): Draft[] {
  const chunk = (): Uint8Array => {
    const made = make(6);
    made.set(bytes(6));
    return made;
  };
  return [
    {
      name: `write() sends a chunk that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer } = await t.open();
        const sent = t.write(writer, chunk());
        sameBytes(await t.take(reader, 6), bytes(6), 'what was read');
        await sent.gives(6);
      },
    },
    {
      name: `write() that waits sends a chunk that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer, buffered } = await t.openClogged();
        const sent = t.write(writer, chunk());
        await sent.waits();
        sameBytes(await t.take(reader, buffered.length + 6), joined(buffered, bytes(6)), 'what was read');
        await sent.gives(6);
      },
    },
    {
      name: `tryWrite() sends a chunk that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer } = await t.open();
        const into = new Uint8Array(6);
        const got = t.read(reader, into);
        await got.waits();
        equal(writer.tryWrite(chunk()), 6, 'tryWrite()');
        await got.gives(6);
        sameBytes(into, bytes(6), 'what was read');
      },
    },
    {
      name: `read() fills a buffer that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer } = await t.open();
        const into = make(6);
        await t.load(writer, bytes(6));
        await t.read(reader, into).gives(6);
        sameBytes(into, bytes(6), 'the buffer');
      },
    },
    {
      name: `read() that waits fills a buffer that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer } = await t.open();
        const into = make(6);
        const got = t.read(reader, into);
        await got.waits();
        const sent = t.write(writer, bytes(6));
        await got.gives(6);
        sameBytes(into, bytes(6), 'the buffer');
        await sent.gives(6);
      },
    },
    {
      name: `tryRead() fills a buffer that is ${name}`,
      rule: 9,
      skip,
      async run(t) {
        const { reader, writer } = await t.open();
        const into = make(6);
        await t.load(writer, bytes(6));
        equal(reader.tryRead(into), 6, 'tryRead()');
        sameBytes(into, bytes(6), 'the buffer');
      },
    },
  ];
}
