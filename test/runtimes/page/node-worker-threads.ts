/**
 * For `node:worker_threads` in a page: threads of the page, as the tests use them. A thread is given its data by a first
 * message, which it awaits before the module that asks for it runs. Nobody hears of one that has closed itself.
 */
type Listener = (value: unknown) => void;

/** As much of a page's worker, and of its global object, as is used here. */
interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: PortEvent) => void, options?: { once: boolean }): void;
}

interface PortEvent {
  readonly data: unknown;
  readonly message?: string;
  preventDefault(): void;
}

interface PageWorker extends Port {
  terminate(): void;
}

const host = globalThis as unknown as {
  readonly Worker: new (url: URL, options: { type: 'module'; name: string }) => PageWorker;
  readonly name: string;
};

/** Of a thread that was made here. */
const NAME = 'a thread of a test';

/** Keeps messages until somebody listens. */
class Emitter {
  readonly #listeners = new Map<string, Set<Listener>>();
  #kept: unknown[] = [];

  on(type: string, listener: Listener): this {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    if (type === 'message') for (const value of this.#kept.splice(0)) this.emit(type, value);
    return this;
  }

  once(type: string, listener: Listener): this {
    const first: Listener = (value) => {
      this.off(type, first);
      listener(value);
    };
    return this.on(type, first);
  }

  off(type: string, listener: Listener): this {
    this.#listeners.get(type)?.delete(listener);
    return this;
  }

  protected emit(type: string, value: unknown): void {
    const listeners = [...(this.#listeners.get(type) ?? [])];
    if (type === 'message' && listeners.length === 0) this.#kept.push(value);
    for (const listener of listeners) listener(value);
  }
}

export class Worker extends Emitter {
  readonly #worker: PageWorker;

  constructor(url: URL, { workerData }: { readonly workerData?: unknown } = {}) {
    super();
    this.#worker = new host.Worker(url, { type: 'module', name: NAME });
    this.#worker.addEventListener('message', ({ data }) => this.emit('message', data));
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.emit('error', new Error(event.message ?? 'the thread could not be loaded'));
    });
    this.#worker.postMessage(workerData);
  }

  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }

  async terminate(): Promise<void> {
    this.#worker.terminate();
    this.emit('exit', 1);
  }

  /** A page has no event loop that ends. */
  ref(): void {}

  unref(): void {}
}

class ParentPort extends Emitter {
  readonly #port = globalThis as unknown as Port;

  constructor() {
    super();
    this.#port.addEventListener('message', ({ data }) => this.emit('message', data));
  }

  postMessage(message: unknown): void {
    this.#port.postMessage(message);
  }
}

export const isMainThread = host.name !== NAME;
export const parentPort = isMainThread ? null : new ParentPort();
export const workerData =
  parentPort === null ? null : await new Promise((resolve) => parentPort.once('message', resolve));
