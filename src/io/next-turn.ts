import { host } from './host.js';

/** Calls `run` in a later turn of the event loop, which it holds until then, without the pause that a timer makes. */
export function nextTurn(run: () => void): void {
  if (host.setImmediate !== undefined) host.setImmediate(run);
  else if (host.MessageChannel !== undefined) postTo(host.MessageChannel, run);
  else host.setTimeout(run, 0);
}

/** Browsers: a timer waits for 4 ms there when it was set from a timer that was set from a timer. */
function postTo(Channel: NonNullable<typeof host.MessageChannel>, run: () => void): void {
  const { port1, port2 } = new Channel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(undefined);
}
