/** Wrong arguments: named, before anything moved. */
import type { CallOptions, PipeReader, PipeWriter } from '../../io/index.js';
import { equal, fail, ok, sameBytes, show, thrownBy } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, type Harness } from './harness.js';
import { detach, noDetaching } from './memories.js';

interface Wrong {
  readonly name: string;
  readonly value: () => unknown;
  /** What the message says of the value. */
  readonly says: string;
}

const NEVER_BYTES: readonly Wrong[] = [
  { name: 'undefined', value: () => undefined, says: 'undefined' },
  { name: 'null', value: () => null, says: 'null' },
  { name: 'a number', value: () => 42, says: '42' },
  { name: 'an array', value: () => [1, 2, 3], says: 'Uint8Array.from(' },
  { name: 'an object with a length', value: () => ({ length: 3 }), says: 'Object' },
  { name: 'an ArrayBuffer', value: () => new ArrayBuffer(3), says: 'new Uint8Array(' },
  { name: 'a DataView', value: () => new DataView(new ArrayBuffer(3)), says: 'new Uint8Array(' },
  { name: 'a Uint16Array', value: () => new Uint16Array(3), says: 'new Uint8Array(' },
  { name: 'a Uint8ClampedArray', value: () => new Uint8ClampedArray(3), says: 'new Uint8Array(' },
  { name: 'a Proxy of bytes', value: () => new Proxy(new Uint8Array(3), {}), says: '' },
  {
    name: 'an object with the prototype of bytes',
    value: () => Object.create(Uint8Array.prototype, { constructor: { value: Uint8Array } }),
    says: '',
  },
];

const TEXT: Wrong = { name: 'a string', value: () => 'text', says: 'encode(' };

const WRONG_OPTIONS: readonly Wrong[] = [
  { name: 'options that are null', value: () => null, says: 'options' },
  { name: 'options that are a number', value: () => 5, says: 'options' },
  { name: 'an unknown option', value: () => ({ sginal: undefined }), says: 'sginal' },
  { name: 'a signal that is null', value: () => ({ signal: null }), says: 'options.signal' },
  { name: 'a signal that is none', value: () => ({ signal: { aborted: false } }), says: 'options.signal' },
];

/** A member that takes bytes, called with anything. */
interface Member {
  readonly name: string;
  readonly argument: 'into' | 'chunk';
  readonly wrong: readonly Wrong[];
  /** What a wrong argument makes it reject with or throw. */
  failure(t: Harness, ends: { reader: PipeReader; writer: PipeWriter }, value: unknown): Promise<unknown>;
}

const members: readonly Member[] = [
  {
    name: 'read()',
    argument: 'into',
    wrong: [...NEVER_BYTES, TEXT],
    failure: (t, { reader }, value) => t.read(reader, value as Uint8Array).failure(),
  },
  {
    name: 'write()',
    argument: 'chunk',
    wrong: NEVER_BYTES,
    failure: (t, { writer }, value) => t.write(writer, value as Uint8Array).failure(),
  },
  {
    name: 'tryRead()',
    argument: 'into',
    wrong: [...NEVER_BYTES, TEXT],
    failure: async (_, { reader }, value) => thrownBy(() => reader.tryRead(value as Uint8Array), 'tryRead()'),
  },
  {
    name: 'tryWrite()',
    argument: 'chunk',
    wrong: [...NEVER_BYTES, TEXT],
    failure: async (_, { writer }, value) =>
      thrownBy(() => writer.tryWrite(value as Uint8Array), 'tryWrite()'),
  },
];

export const wrongArguments: readonly Draft[] = [
  ...members.flatMap((member) => member.wrong.map((wrong) => refuses(member, wrong))),
  ...members.map((member) => ({
    ...refuses(member, { name: 'bytes that were detached', value: detached, says: 'detached' }),
    skip: noDetaching,
  })),
  ...WRONG_OPTIONS.flatMap((wrong) => [refusesOptions('read()', wrong), refusesOptions('write()', wrong)]),
  {
    name: 'write() takes undefined options and an undefined signal as none',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      const first = t.call(writer.write(bytes(1), undefined), 'write() with undefined options');
      const second = t.call(writer.write(bytes(1, 2), { signal: undefined }), 'write() with no signal');
      sameBytes(await t.take(reader, 2), bytes(2), 'what was read');
      await first.gives(1);
      await second.gives(1);
    },
  },
  {
    name: 'close() and abort() ignore what they are not asked for, so that they are safe as callbacks',
    rule: 6,
    async run(t) {
      const { reader, writer } = await t.open();
      const close = (end: PipeReader | PipeWriter) => (end.close as (...rest: unknown[]) => void).bind(end);
      close(writer)(new Error('an argument of a callback'), 1, 2);
      await t.read(reader, new Uint8Array(1)).gives(null);
      close(reader)('more', null);
    },
  },
];

function refuses({ name, argument, failure }: Member, { name: what, value, says }: Wrong): Draft {
  return {
    name: `${name} refuses ${what} with a TypeError that names ${argument}`,
    rule: 9,
    async run(t) {
      const pipe = await t.open();
      // In these the argument would otherwise move something: bytes to read, or a read that waits for some.
      const isRead = argument === 'into';
      const meeting = isRead
        ? await t.load(pipe.writer, bytes(2))
        : t.read(pipe.reader, new Uint8Array(2), 'a read that waits');
      checkMessage(await failure(t, pipe, value()), argument, says);
      equal(pipe.reader.bytesRead, 0, 'bytesRead');
      if (isRead) {
        sameBytes(await t.take(pipe.reader, 2), bytes(2), 'what a read gets afterwards');
        await meeting.gives(2);
        return;
      }
      equal(pipe.writer.bytesWritten, 0, 'bytesWritten');
      await meeting.waits();
      await t.write(pipe.writer, bytes(2)).gives(2);
      await meeting.gives(2);
    },
  };
}

function refusesOptions(name: 'read()' | 'write()', { name: what, value, says }: Wrong): Draft {
  return {
    name: `${name} refuses ${what} with a TypeError that names it`,
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      const options = value() as CallOptions;
      const promise =
        name === 'read()' ? reader.read(new Uint8Array(1), options) : writer.write(bytes(1), options);
      checkMessage(await t.call(promise as Promise<unknown>, name).failure(), 'options', says);
      equal(writer.bytesWritten, 0, 'bytesWritten');
      equal(reader.bytesRead, 0, 'bytesRead');
    },
  };
}

function checkMessage(error: unknown, argument: string, says: string): void {
  if (!(error instanceof TypeError)) fail(`expected a TypeError, got ${show(error)}`);
  const { message } = error;
  ok(message.includes(argument), `expected a message that names ${argument}, got ${show(message)}`);
  ok(message.includes(says), `expected a message with ${show(says)}, got: ${message}`);
}

function detached(): Uint8Array {
  const gone = new Uint8Array(3);
  detach(gone);
  return gone;
}
