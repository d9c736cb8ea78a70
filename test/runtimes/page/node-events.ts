/** For `node:events` in a page: what the tests ask of it, which pages tell nobody. */

/** The next event of an emitter of node-worker-threads.ts; an error in its place rejects. */
export function once(emitter: Emitter, type: string): Promise<[unknown]> {
  return new Promise((resolve, reject) => {
    emitter.once(type, (value) => {
      emitter.off('error', reject);
      resolve([value]);
    });
    emitter.once('error', reject);
  });
}

interface Emitter {
  once(type: string, listener: (value: unknown) => void): unknown;
  off(type: string, listener: (value: unknown) => void): unknown;
}

/** The listeners that abort signals have; to be loaded before any is added. */
export function getEventListeners(signal: AbortSignal, type: 'abort'): unknown[] {
  return type === 'abort' ? [...(listeners.get(signal) ?? [])] : [];
}

const listeners = new WeakMap<object, Set<unknown>>();
const { addEventListener, removeEventListener } = EventTarget.prototype;

AbortSignal.prototype.addEventListener = function add(this: AbortSignal, ...args: never) {
  const [type, listener, options] = args as [string, unknown, { once?: boolean } | undefined];
  if (type === 'abort' && listener !== null && listener !== undefined) {
    const all = listeners.get(this) ?? new Set();
    listeners.set(this, all.add(listener));
    // Later than `listener`, which is gone when it is called.
    if (options?.once) addEventListener.call(this, type, () => void all.delete(listener), { once: true });
  }
  addEventListener.apply(this, args);
} as never;

AbortSignal.prototype.removeEventListener = function remove(this: AbortSignal, ...args: never) {
  const [type, listener] = args as [string, unknown];
  if (type === 'abort') listeners.get(this)?.delete(listener);
  removeEventListener.apply(this, args);
} as never;
