/** Lets everything happen that is going to without another call, on any runtime: a turn of its event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if ('setImmediate' in globalThis) {
      setImmediate(resolve);
      return;
    }
    // Pages have none, and their timers wait for 4 ms when one sets the next.
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
