/**
 * The conformance suite on memory pipes that somebody has wrapped: in Web streams, in readers that the toolkit makes. What a
 * wrapper cannot keep of the contract is an exception, by the names of its cases, and has to fail.
 */
import { match, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { type Case, type ConformanceOptions, conformance } from 'pipework/testing';
import { turn } from '../runtimes/turn.js';

export interface Exception {
  readonly why: string;
  /** Which rows of the runtimes' table it is about, by their names. */
  readonly rows: RegExp;
  readonly cases: RegExp;
  /** For a case that may be kept too: what it fails with if not. */
  readonly orElse?: RegExp;
}

export type Wrap = (pipe: io.Pipe) => io.Pipe;
type Supports = NonNullable<ConformanceOptions['supports']>;

export function unbuffered(wrap: Wrap, supports: Supports = {}): ConformanceOptions {
  return {
    open: () => wrap(io.pipe()),
    openClogged: () => ({ ...wrap(io.pipe()), buffered: new Uint8Array(0) }),
    supports,
    turn,
  };
}

export function bounded(wrap: Wrap, supports: Supports = {}): ConformanceOptions {
  return {
    open: (options) => wrap(io.pipe(options)),
    openClogged() {
      const pipe = io.pipe({ capacity: 4 });
      const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
      pipe.writer.tryWrite(buffered);
      return { ...wrap(pipe), buffered };
    },
    supports: { ...supports, rendezvous: false },
    turn,
  };
}

export function casesOf(row: string, options: ConformanceOptions, exceptions: readonly Exception[]): Case[] {
  return conformance(options).map((one) => {
    const exception = exceptions.find(({ rows, cases }) => rows.test(row) && cases.test(one.name));
    if (exception === undefined) return one;
    const { why, orElse } = exception;
    if (orElse === undefined) {
      return { ...one, name: `${one.name}: not so, since ${why}`, run: () => rejects(one.run()) };
    }
    const run = () => one.run().catch((error) => match(error.message, orElse));
    return { ...one, name: `${one.name}: or not, since ${why}`, run };
  });
}
