/** A write that waits behind close() and is given up: the stream is cut off there, and must not look whole. */
import { ClosedPipeError } from '../../io/index.js';
import { sameBytes } from './assert.js';
import type { Call } from './call.js';
import type { Draft } from './draft.js';
import { bytes, type CloggedPipe, type Harness, joined } from './harness.js';
import { detach, noDetaching } from './memories.js';
import { controller } from './signal.js';

/** What the three writes send. */
const parts = (): Uint8Array[] => [bytes(2, 10), bytes(3, 20), bytes(1, 30)];

export const givingUp: readonly Draft[] = [
  ...[0, 1, 2].map(
    (index): Draft => ({
      name: `write() given up behind close(), number ${index + 1} of 3, becomes the reason: those ahead arrive, those behind fail`,
      rule: 4,
      needs: ['aborts'],
      async run(t) {
        const pipe = await t.openClogged();
        const stop = controller();
        const calls = parts().map((part, at) =>
          t.call(pipe.writer.write(part, at === index ? { signal: stop.signal } : {}), `write ${at + 1}`),
        );
        pipe.writer.close();
        const closed = t.call(pipe.writer.closed, 'closed of the writer');
        await closed.waits();
        const reason = new Error('given up behind close()');
        stop.abort(reason);
        await calls[index]?.rejectsWith(reason);
        await cutOff(t, pipe, calls, index, reason);
        await closed.rejectsWith(reason);
      },
    }),
  ),
  {
    name: 'write() whose chunk is detached behind close() becomes the reason as one given up does',
    rule: 4,
    needs: ['aborts'],
    skip: noDetaching,
    async run(t) {
      const pipe = await t.openClogged();
      const chunks = parts();
      const calls = chunks.map((part, at) => t.write(pipe.writer, part, `write ${at + 1}`));
      pipe.writer.close();
      const closed = t.call(pipe.writer.closed, 'closed of the writer');
      await closed.waits();
      detach(chunks[1] as Uint8Array);
      await cutOff(t, pipe, calls, 1);
      await calls[1]?.rejectsAs(TypeError);
      await closed.rejectsAs(TypeError);
    },
  },
  {
    name: 'write() given up behind close() makes reads fail for good',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const stop = controller();
      const sent = t.call(writer.write(bytes(3), { signal: stop.signal }), 'write()');
      writer.close();
      await sent.waits();
      const reason = new Error('given up behind close()');
      stop.abort(reason);
      await t.take(reader, buffered.length);
      for (let count = 0; count < 2; count++) await t.read(reader, new Uint8Array(1)).rejectsWith(reason);
      await t.call(reader.closed, 'closed of the reader').rejectsWith(reason);
    },
  },
  {
    name: 'write() given up without a close() disturbs neither those behind it nor the stream',
    rule: 7,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const stop = controller();
      const first = t.write(writer, bytes(2, 10), 'first write');
      const given = t.call(writer.write(bytes(3, 20), { signal: stop.signal }), 'second write');
      const third = t.write(writer, bytes(1, 30), 'third write');
      await first.waits();
      stop.abort('not needed');
      await given.rejectsWith('not needed');
      await third.waits();
      const expected = joined(buffered, bytes(2, 10), bytes(1, 30));
      sameBytes(await t.take(reader, expected.length), expected, 'what was read');
      await first.gives(2);
      await third.gives(1);
      writer.close();
      await t.read(reader, new Uint8Array(1)).gives(null);
    },
  },
  {
    name: 'write() that was partly taken and then given up behind close(): readers keep what they got, then get the reason',
    rule: 4,
    needs: ['rendezvous', 'reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const sent = t.call(writer.write(bytes(5), { signal: stop.signal }), 'write()');
      writer.close();
      await t.read(reader, new Uint8Array(2)).gives(2);
      const waiting = t.call(writer.closed, 'closed of the writer');
      await waiting.waits();
      const reason = new Error('given up halfway');
      stop.abort(reason);
      await sent.rejectsWith(reason);
      await t.read(reader, new Uint8Array(8)).rejectsWith(reason);
      await waiting.rejectsWith(reason);
    },
  },
];

/** Reads what was ahead of the write `index`, then the failure; those behind it have failed. */
async function cutOff(
  t: Harness,
  { reader, buffered }: CloggedPipe,
  calls: readonly Call<number>[],
  index: number,
  reason?: unknown,
): Promise<void> {
  const ahead = joined(buffered, ...parts().slice(0, index));
  sameBytes(await t.take(reader, ahead.length), ahead, 'what was handed over');
  const end = t.read(reader, new Uint8Array(8), 'read() of what was given up');
  if (t.supports.reasons && reason !== undefined) await end.rejectsWith(reason);
  else await end.failure();
  for (const [at, call] of calls.entries()) {
    if (at < index) await call.gives(parts()[at]?.length as number);
    if (at > index) await call.rejectsAs(ClosedPipeError, { code: 'ERR_PIPE_CLOSED', bytesWritten: 0 });
  }
}
