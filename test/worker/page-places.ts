/** Where in a page the ends of a pipe may be, and how they are brought there and removed. */
import type { Order, Port, Task } from './page-thread.js';

export type Place = 'a worker' | 'a worker in a worker' | 'a frame' | 'a worker of a frame';

/** Somebody who has an end. */
export interface Started {
  /** What came of it: the digest, or the code of the error. */
  readonly told: Promise<unknown>;
  remove(): void;
}

/** Resolves when the end is open there. */
export async function start(where: Place, task: Omit<Task, 'isNested'>): Promise<Started> {
  const { port1, port2 } = new MessageChannel() as unknown as { readonly port1: Port; readonly port2: Port };
  const isNested = where === 'a worker in a worker' || where === 'a worker of a frame';
  const order: Order = { task: { ...task, isNested }, port: port2 };
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const told = new Promise((resolve) => {
    port1.onmessage = ({ data }) => (data === 'begun' ? begun() : resolve(data));
  });
  const remove = where.endsWith('frame') ? await startFrame(order) : startWorker(order);
  await hasBegun;
  return { told, remove };
}

const PROGRAM = new URL('./page-thread.js', import.meta.url).href;

function startWorker(order: Order): () => void {
  const worker = new page.Worker(PROGRAM, { type: 'module' });
  worker.postMessage(order, [order.port]);
  return () => worker.terminate();
}

async function startFrame(order: Order): Promise<() => void> {
  const frame = page.document.createElement('iframe') as Frame;
  frame.src = '/';
  await added(frame, page.document);
  const script = frame.contentDocument.createElement('script') as Script;
  script.type = 'module';
  script.src = PROGRAM;
  await added(script, frame.contentDocument);
  frame.contentWindow.postMessage(order, '*', [order.port]);
  return () => frame.remove();
}

function added(element: Element, document: Document): Promise<void> {
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => reject(new Error(`${PROGRAM} could not be loaded`));
    document.body.append(element);
  });
}

/** What a page at /plain, which is not isolated, gives for `run` of a module. */
export async function runInPlainPage(module: string): Promise<unknown> {
  const channel = new BroadcastChannel('plain page');
  const told = new Promise((resolve) => {
    channel.onmessage = (event) => resolve((event as unknown as { readonly data: unknown }).data);
  });
  // It tells by a channel: isolation lets no page have the other one's window.
  page.open(`/plain?${module}`);
  const answer = await told;
  channel.close();
  return answer;
}

// As much of a page as is used here

interface Element {
  onload: () => void;
  onerror: () => void;
  remove(): void;
}

interface Script extends Element {
  type: string;
  src: string;
}

interface Frame extends Element {
  src: string;
  readonly contentDocument: Document;
  readonly contentWindow: { postMessage(order: Order, origin: string, transfer: Port[]): void };
}

interface Document {
  readonly body: { append(element: Element): void };
  createElement(name: string): Element;
}

const page = globalThis as unknown as {
  readonly document: Document;
  readonly Worker: new (
    url: string,
    options: { type: 'module' },
  ) => { postMessage(order: Order, transfer: Port[]): void; terminate(): void };
  open(path: string): void;
};
