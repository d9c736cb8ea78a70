/** `duplex`: two pipes that cross, and nothing more. */
import { equal, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

for (const capacity of [0, 4]) {
  test(`duplex(): what one side writes, the other reads, each way on its own (capacity ${capacity})`, async () => {
    const [left, right] = io.duplex({ capacity, name: 'line' });
    const sent = Promise.all([left.writer.write('to the right'), right.writer.write('to the left')]);
    left.writer.close();
    equal(await io.text(right.reader), 'to the right');
    // The other direction is still open.
    equal(await io.readFull(left.reader, new Uint8Array(11)), 11);
    await sent;
    const more = right.writer.write('!');
    equal(await left.reader.read(new Uint8Array(4)), 1);
    await more;
    for (const end of [left.reader, left.writer, right.reader, right.writer]) equal(end.name, 'line');
  });

  test(`duplex(): closing or aborting one direction leaves the other alone (capacity ${capacity})`, async () => {
    const [left, right] = io.duplex({ capacity });
    const oops = new Error('oops');
    right.reader.abort(oops);
    await rejects(left.writer.write('x'), oops);
    const sent = right.writer.write('still');
    equal(await io.readFull(left.reader, new Uint8Array(5)), 5);
    equal(await sent, 5);
  });
}

test('duplex(): refuses what pipe() refuses', () => {
  throws(() => io.duplex({ capacity: -1 }), RangeError);
  throws(() => io.duplex({ size: 1 } as never), TypeError);
});
