/**
 * Threads that end without having closed their ends: the other side is told, so that it fails instead of waiting for ever.
 *
 * A thread that comes to its end, also by `process.exit()` or an error, fails its own ends. One that is terminated, or runs
 * out of memory, cannot: the thread that made it hears of that, and passes it on to all others. Where the kernel lists
 * the threads of a process, each thread looks for itself besides, four times a second and only while something waits.
 */
import { host } from './host.js';
import { watchLock } from './locks.js';
import { READER, type SharedMemory, type SideLayout, WRITER } from './protocol.js';
import { hasThreadEnded, isMainThread, ownThread } from './thread.js';

/** What is asked of an end of this thread. */
export interface MortalEnd {
  readonly memory: SharedMemory;
  /** Whether a call waits there for another thread. */
  readonly isWaiting: boolean;
  /** This thread is about to end. */
  abandon(what: string): void;
  readonly kind: 'reader' | 'writer';
  /** Whether a thread may still claim the other end has changed. */
  holdOrLetGo(): void;
}

/** From now on, until `endClosed`, `end` is known to be open in this thread. */
export function endOpened(end: MortalEnd): void {
  openEnds.add(end);
  listen();
}

export function endClosed(end: MortalEnd): void {
  openEnds.delete(end);
}

/** An end was opened here, by its handle: what waits for it waits for this thread from now on, which holds no event loop. */
export function otherMayBeHere(): void {
  for (const end of openEnds) end.holdOrLetGo();
}

/**
 * Both ends of a pipe that was made here are in other threads now. One of these may be blocked when the other dies, and
 * hears of nothing: this thread tells it.
 */
export function guard(memory: SharedMemory): void {
  // A pipe of which one side has ended needs no guard: the other side knows of it.
  const ends = [READER, WRITER].map((side) => memory.whenEnded(side));
  if (ends.includes(undefined)) {
    for (const side of [READER, WRITER]) memory.dismissWatches(side);
    return;
  }
  guarded.add(memory);
  const stops = [READER, WRITER].map((side) => watchLock(memory, side));
  void Promise.race(ends).then(() => {
    guarded.delete(memory);
    for (const stop of stops) stop();
    for (const side of [READER, WRITER]) memory.dismissWatches(side);
  });
}

/** A call waits for another thread: from now on somebody looks whether that one still runs. */
export function watchOthers(): void {
  if (timer !== undefined || ownThread().tid === 0) return;
  timer = host.setInterval(look, LOOK_EVERY);
  if (typeof timer === 'object') timer.unref?.();
  else host.Deno?.unrefTimer(timer);
}

/** Declares `side` dead if the thread that has it does not run any more, as far as the kernel tells. */
export function endIfGone(memory: SharedMemory, side: SideLayout): void {
  memory.declareDeadIf(side, hasThreadEnded);
}

/** Whether any thread that is known of could still claim an end that is on its way. One that nobody knows of counts. */
export function mayBeClaimed(): boolean {
  return !isMainThread() || workers > 0;
}

/** How often a thread that waits looks for others, at most. */
export const LOOK_EVERY = 250; // milliseconds

const openEnds = new Set<MortalEnd>();
const guarded = new Set<SharedMemory>();
let timer: ReturnType<typeof host.setInterval> | undefined;
let workers = 0; // that this thread has made and that run

interface WorkerLike {
  readonly threadId: number;
  on(event: 'exit', listener: () => void): unknown;
}

// From the start, since a worker may be older than the first pipe.
host.process?.on?.('worker', (worker: WorkerLike) => {
  const { threadId } = worker; // it has none any more when it has ended
  workersAre(workers + 1);
  worker.on('exit', () => {
    threadEnded(threadId);
    channel?.postMessage(threadId);
    workersAre(workers - 1);
  });
});

function workersAre(count: number): void {
  workers = count;
  for (const end of openEnds) end.holdOrLetGo();
}

/** Whichever side the thread had, of all pipes that are known here. */
function threadEnded(threadId: unknown): void {
  const memories = [...guarded, ...[...openEnds].map(({ memory }) => memory)];
  for (const memory of memories) {
    for (const side of [READER, WRITER]) memory.declareDeadIf(side, ({ number }) => number - 1 === threadId);
  }
}

function look(): void {
  const waiting = [...openEnds].filter((end) => end.isWaiting);
  for (const { memory, kind } of waiting) endIfGone(memory, kind === 'reader' ? WRITER : READER);
  if (waiting.length > 0) return;
  host.clearInterval(timer);
  timer = undefined;
}

/** Tells the threads of this process of those that ended. Deno's would hold the event loop. */
let channel: InstanceType<NonNullable<typeof host.BroadcastChannel>> | undefined;
let isListening = false;

/** With the first end that is opened. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  if (!isMainThread()) host.process?.on?.('exit', abandonAll);
  if (host.BroadcastChannel === undefined || !('unref' in host.BroadcastChannel.prototype)) return;
  channel = new host.BroadcastChannel('pipework/worker');
  channel.onmessage = ({ data }) => threadEnded(data);
  channel.unref?.();
}

function abandonAll(): void {
  for (const end of openEnds) end.abandon(`the thread that had the ${end.kind} ended without close()`);
}
