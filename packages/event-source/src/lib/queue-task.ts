// As it is at first: a user's fake timers must not hold events up, as they do not with the platform's.
const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => void };

/**
 * Queues a task of the event loop (WHATWG HTML 8.1.7): tasks run in order, and after each one every promise that it
 * settled has had its reactions. A microtask would run among those.
 */
export function queueTask(task: () => void): void {
  if (setImmediate) setImmediate(task);
  else (channel ??= new TaskChannel()).queue(task);
}

/** A message to oneself: in browsers the one kind of task that is neither slowed down nor clamped to 4 ms. */
class TaskChannel {
  readonly #tasks: (() => void)[] = [];
  readonly #port: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => this.#tasks.shift()?.();
    this.#port = port2;
  }

  queue(task: () => void): void {
    this.#tasks.push(task);
    this.#port.postMessage(undefined);
  }
}

let channel: TaskChannel | undefined;
