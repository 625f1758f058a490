// As it is at first: a user's fake timers must not hold an exchange up.
const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };

/**
 * One turn of the event loop: a connection that is done with is back in its pool by then, and what has arrived is read.
 *
 * A message to oneself where there is no `setImmediate`: a browser delays the timers of hidden pages.
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
