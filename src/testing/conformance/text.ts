/** Text: `write()` alone takes it, as UTF-8. */
import { sameBytes } from './assert.js';
import type { Draft } from './draft.js';

export const text: readonly Draft[] = [
  {
    name: 'write() takes a string as UTF-8, and counts bytes and not characters',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, 'grüezi €');
      const utf8 = [0x67, 0x72, 0xc3, 0xbc, 0x65, 0x7a, 0x69, 0x20, 0xe2, 0x82, 0xac];
      sameBytes(await t.take(reader, utf8.length), Uint8Array.from(utf8), 'what was read');
      await sent.gives(utf8.length);
    },
  },
  {
    name: 'write() sends U+FFFD for half a surrogate pair',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, '\ud83d');
      sameBytes(await t.take(reader, 3), Uint8Array.of(0xef, 0xbf, 0xbd), 'what was read');
      await sent.gives(3);
    },
  },
  {
    name: 'write() of an empty string gives 0 at once',
    rule: 8,
    async run(t) {
      const { writer } = await t.openClogged();
      await t.write(writer, '').gives(0);
    },
  },
];
