/** What runs in a worker of a page, or in a frame: it is given an end, says that it has it, and then what came of using it. */
import * as worker from 'pipework/worker';
import { locked } from './locked.js';
import { receive, send, type Traffic } from './traffic.js';

export interface Task {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly traffic: Traffic;
  /** A worker of this one's is to do it. */
  readonly isNested: boolean;
}

/** How it is sent, and where the answers go. */
export interface Order {
  readonly task: Task;
  readonly port: Port;
}

export interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
}

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Order }) => void;
  readonly Worker: new (
    url: string,
    options: { type: 'module' },
  ) => { postMessage(message: Order, transfer: Port[]): void };
};

scope.onmessage = async ({ data: { task, port } }) => {
  if (task.isNested) {
    const nested = new scope.Worker(import.meta.url, { type: 'module' });
    nested.postMessage({ task: { ...task, isNested: false }, port }, [port]);
    return;
  }
  const { handle, traffic } = task;
  const end = handle.pipework === 'reader' ? worker.openReader(handle) : worker.openWriter(handle);
  await locked(handle);
  port.postMessage('begun');
  try {
    port.postMessage('read' in end ? await receive(end, traffic) : await send(end, traffic));
  } catch (error) {
    port.postMessage((error as { code?: unknown }).code ?? String(error));
  }
};
