import { type PipeOptions, pipe } from './pipe.js';
import type { Pipe } from './types.js';

/**
 * Makes two pipes that cross: what one side writes, the other reads. Closing a writer ends one direction only.
 *
 * @param options As of `pipe()`, for each direction. Both directions have the same name.
 * @returns The two sides, each with a reader and a writer.
 * @throws As `pipe()`.
 * @example Question and answer
 * ```ts
 * import * as io from 'pipework';
 *
 * const [client, server] = io.duplex({ capacity: 16 });
 * await client.writer.write('ping');
 * const into = new Uint8Array(4);
 * await io.readFull(server.reader, into);
 * await server.writer.write('pong');
 * server.writer.close();
 * console.log(await io.text(client.reader)); // prints pong
 * ```
 */
export function duplex(options: PipeOptions = {}): [Pipe, Pipe] {
  const there = pipe(options);
  const back = pipe(options);
  return [
    { reader: back.reader, writer: there.writer },
    { reader: there.reader, writer: back.writer },
  ];
}
