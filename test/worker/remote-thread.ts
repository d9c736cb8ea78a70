/** The thread of remote.ts: makes the calls that it is asked for, and tells what becomes of them. */
import { parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { turn } from '../runtimes/turn.js';
import {
  type Answer,
  Answers,
  type Call,
  Marked,
  pack,
  type Request,
  type Settled,
  unpack,
} from './remote-messages.js';

const answers = new Answers(workerData);

type Members = Record<PropertyKey, unknown>;
const objects = new Map<number, Members>();
const controllers = new Map<number, AbortController>(); // by call
const marks = new Map<number, Marked>();

let settled: Settled[] = []; // since the last answer

parentPort?.on('message', (request: Request) => {
  if (request.what === 'turn') {
    void turns().then(() => settle(request.id, undefined, false));
    return;
  }
  const told = { answer: answer(request), settled };
  settled = [];
  answers.give(told);
});
parentPort?.postMessage('ready');

/** Enough for what other threads have told this one, and for what that brings about. */
async function turns(): Promise<void> {
  for (let count = 0; count < 3; count++) await turn();
}

function answer(request: Exclude<Request, { what: 'turn' }>): Answer {
  try {
    switch (request.what) {
      case 'open': {
        const { handle, object } = request;
        const end = handle.pipework === 'reader' ? worker.openReader(handle) : worker.openWriter(handle);
        objects.set(object, end as unknown as Members);
        return { what: 'returned', packed: pack(undefined) };
      }
      case 'fire': {
        const { controller, mark } = fire(request.call);
        controller.abort(marked(mark));
        return { what: 'returned', packed: pack(undefined) };
      }
      case 'call':
        return make(request);
    }
  } catch (error) {
    return { what: 'threw', packed: pack(error) };
  }
}

function make(call: Call): Answer {
  const { id, object, member, signal } = call;
  const target = objects.get(object) as Members;
  const args = call.args.map((arg) => unpack(arg, marked));
  if (signal !== undefined) {
    const controller = new AbortController();
    controllers.set(id, controller);
    signals.set(id, signal.mark);
    if (signal.hasFired) controller.abort(marked(signal.mark));
    args.push({ signal: controller.signal });
  }
  const value = use(target, member, args);
  if (member === 'iterator') {
    objects.set(id, value as Members);
    return { what: 'returned', packed: pack(undefined) };
  }
  if (!(value instanceof Promise)) {
    const into = intoOf(call, args);
    return { what: 'returned', packed: pack(into === undefined ? unlessSelf(value, target) : [value, into]) };
  }
  value.then(
    (value) => settle(id, value, false, intoOf(call, args)),
    (error) => settle(id, error, true),
  );
  return { what: 'promised' };
}

const signals = new Map<number, number>(); // marks, by call

function fire(call: number): { readonly controller: AbortController; readonly mark: number } {
  return { controller: controllers.get(call) as AbortController, mark: signals.get(call) as number };
}

function use(target: Members, member: string, args: readonly unknown[]): unknown {
  const key = SYMBOLS[member] ?? member;
  const value = target[key];
  return typeof value === 'function' ? value.apply(target, args) : value;
}

const SYMBOLS: Readonly<Record<string, symbol>> = {
  iterator: Symbol.asyncIterator,
  dispose: Symbol.dispose,
  asyncDispose: Symbol.asyncDispose,
};

/** What came into the buffer, when the call was lent one. */
function intoOf({ args: [first] }: Call, [into]: readonly unknown[]): Uint8Array | undefined {
  return first !== undefined && 'into' in first ? (into as Uint8Array) : undefined;
}

/** An end that gives itself stays here. */
function unlessSelf(value: unknown, target: Members): unknown {
  return value === target ? undefined : value;
}

/** One for each mark, so that the same value is the same here too. */
function marked(mark: number): Marked {
  const known = marks.get(mark) ?? new Marked(mark);
  marks.set(mark, known);
  return known;
}

function settle(id: number, value: unknown, isFailure: boolean, into?: Uint8Array): void {
  const told: Settled = { what: 'settled', id, packed: pack(value), isFailure, into };
  settled.push(told);
  parentPort?.postMessage(told);
}
