/** Messages on a stream of bytes: each goes with its length before it, in four bytes. */
import * as io from 'pipework';

export async function send(writer: io.PipeWriter, message: Uint8Array): Promise<void> {
  const frame = new Uint8Array(4 + message.length);
  new DataView(frame.buffer).setUint32(0, message.length);
  frame.set(message, 4);
  await writer.write(frame); // in one piece, so that several may send at once
}

export async function* messages(reader: io.Reader, max: number): AsyncGenerator<Uint8Array> {
  const header = new Uint8Array(4);
  while ((await io.readFull(reader, header)) !== null) {
    const length = new DataView(header.buffer).getUint32(0);
    if (length > max) throw new RangeError(`a message must have at most ${max} bytes, got ${length}`);
    const message = new Uint8Array(length);
    if ((await io.readFull(reader, message)) === null) throw new Error('the stream ended before a message');
    yield message;
  }
}
