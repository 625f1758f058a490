import {
  HeadraceError,
  type ResponseInfo,
  type ServerSentEvent,
  subscribe,
  type SubscribeInit,
  type Subscription,
} from "@headrace/core";
import type { EventSourceInit } from "./event-source.ts";
import { EventSourceRequest } from "./event-source-request.ts";
import { queueTask } from "./queue-task.ts";

/** Events that are queued before the connection is held back. */
const MOST_QUEUED = 64;

/** What an EventSource does in the tasks that its connections queue (WHATWG HTML 9.2.3 and 9.2.6). */
export interface EventSourceTasks {
  /** Announce the connection. */
  announce(): void;
  /** Dispatch the event. */
  dispatch(event: ServerSentEvent, origin: string): void;
  /** Reestablish the connection. @param cause undefined after a clean end */
  reestablish(cause: unknown): void;
  /** Fail the connection. */
  fail(cause: unknown): void;
}

/**
 * The connections of an EventSource, one after another, until `close` or until one of them fails for good. Each thing
 * that happens is a task. Nothing is sent before the constructor returns.
 */
export class EventSourceConnections {
  readonly #tasks: EventSourceTasks;
  readonly #request: EventSourceRequest;
  readonly #subscription: Subscription;
  #announced: Promise<void> = Promise.resolve();
  #hasOpened = false;

  constructor(url: URL, init: EventSourceInit, tasks: EventSourceTasks) {
    this.#tasks = tasks;
    this.#request = new EventSourceRequest(url, init);
    this.#subscription = subscribe(async () => await this.#target(), this.#options(init));
    this.#run().then(
      () => queueTask(() => tasks.fail(this.#subscription.cause)),
      (cause: unknown) => queueTask(() => tasks.fail(cause)),
    );
  }

  close(): void {
    void this.#subscription.close();
  }

  async #run(): Promise<void> {
    let queued = 0;
    for await (const event of this.#subscription) {
      const { origin } = this.#request;
      const dispatch = (): void => this.#tasks.dispatch(event, origin);
      // Waiting for each would turn the event loop once an event: a third of the cost of all.
      if (++queued % MOST_QUEUED > 0) queueTask(dispatch);
      else await runTask(dispatch);
    }
  }

  #options(init: EventSourceInit): SubscribeInit {
    const { credentialHeaders, idleCounts, lastEventId, maxEventSize, retry, timeouts } = init;
    return {
      transport: this.#request.watch(init.transport),
      credentialHeaders,
      idleCounts,
      lastEventId,
      maxEventSize,
      headers: async (attempt) => await this.#request.headers(attempt),
      credentials: init.withCredentials ? "include" : "same-origin",
      timeouts: { ...timeouts, idle: timeouts?.idle ?? 0 },
      retry: { maxReconnectionTime: Infinity, ...retry },
      duplicates: "deliver",
      isRetryable: (error) => this.#isRetryable(error),
      onResponse: (response) => this.#opened(response),
      onRetry: ({ cause }) => void (this.#announced = runTask(() => this.#tasks.reestablish(cause))),
    };
  }

  /** 9.2.3, reestablish the connection, step 4: "Wait until the aforementioned task has run, if it has not yet run." */
  async #target(): Promise<URL> {
    await this.#announced;
    return this.#request.url;
  }

  /** @throws `status` for a 2xx that is not 200: 9.2.2, constructor, step 15.3 */
  #opened({ status, url }: ResponseInfo): void {
    if (status !== 200) throw new HeadraceError("status", `${status} where only 200 opens an EventSource`, { status });
    this.#request.arrived(url);
    this.#hasOpened = true;
    queueTask(() => this.#tasks.announce());
  }

  /** Where the standard differs from `subscribe`. */
  #isRetryable({ code }: HeadraceError): boolean | undefined {
    // 9.2.2, constructor, step 15.3: any status but 200 fails the connection, also one that may change.
    if (code === "status") return false;
    // Step 15.2: another attempt is not known to be futile where one has led to a stream.
    return code === "protocol" && this.#hasOpened ? true : undefined;
  }
}

function runTask(task: () => void): Promise<void> {
  return new Promise((resolve) => {
    queueTask(() => {
      task();
      resolve();
    });
  });
}
