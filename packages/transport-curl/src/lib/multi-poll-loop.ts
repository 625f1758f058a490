import { setImmediate } from "node:timers";
import {
  addTransfer,
  createMulti,
  drainMessages,
  ProcessHold,
  type MultiLoop,
  type MultiLoopInit,
} from "./multi-loop.ts";

/**
 * The longest that libcurl waits in a thread of the pool. The end of the process, and of a worker thread,
 * has to wait that long too.
 */
const pollMs = 300;

/**
 * `curl_multi_poll` in a thread of libuv's pool, `curl_multi_perform` in this one, and `curl_multi_wakeup`
 * to have it back. While libcurl waits nothing else of the multi may be called: commands queue.
 */
export class MultiPollLoop implements MultiLoop {
  readonly sockets: undefined = undefined;
  readonly #init: MultiLoopInit;
  readonly #multi: bigint;
  readonly #processHold = new ProcessHold();
  readonly #commands: (() => void)[] = [];
  #state: "idle" | "scheduled" | "waiting" | "performing" = "idle";
  /** What `curl_multi_poll` sets as it returns. */
  readonly #ready = new Int32Array(new SharedArrayBuffer(8));
  #disposed = false;

  constructor(init: MultiLoopInit) {
    this.#init = init;
    this.#multi = createMulti(init.curl);
  }

  run(command: () => void): void {
    this.#commands.push(command);
    this.#wake();
  }

  add(easy: bigint): void {
    this.run(() => addTransfer(this.#multi, easy, this.#init));
  }

  remove(easy: bigint): void {
    this.#init.curl.multiRemove(this.#multi, easy);
  }

  resume(easy: bigint): void {
    this.run(() => void this.#init.curl.easyPause(easy, 0));
  }

  hold(): void {
    this.#processHold.hold();
  }

  release(): void {
    this.#processHold.release();
    // The wait itself would keep the thread alive.
    if (this.#processHold.held === 0) this.#wake();
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#state === "waiting") this.#interrupt();
    this.#runCommands();
    this.#init.curl.multiCleanup(this.#multi);
  }

  /** Blocks until libcurl has come back from its wait: the loop that would say so turns no more. */
  #interrupt(): void {
    this.#init.curl.multiWakeup(this.#multi);
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; waited < pollMs && Atomics.load(this.#ready, 0) < 0; waited++) Atomics.wait(sleep, 0, 0, 1);
    Atomics.wait(sleep, 0, 0, 1);
  }

  #runCommands(): void {
    for (let next = this.#commands.shift(); next; next = this.#commands.shift()) next();
  }

  #wake(): void {
    if (this.#state === "waiting") this.#init.curl.multiWakeup(this.#multi);
    if (this.#state !== "idle") return;
    this.#state = "scheduled";
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    if (this.#disposed) return;
    this.#state = "performing";
    this.#runCommands();
    this.#init.curl.multiPerform(this.#multi);
    this.#init.written();
    drainMessages(this.#multi, this.#init);
    if (this.#commands.length > 0) {
      this.#state = "scheduled";
      return void setImmediate(() => this.#turn());
    }
    if (this.#processHold.held === 0) {
      this.#state = "idle";
      return;
    }
    this.#state = "waiting";
    Atomics.store(this.#ready, 0, -1);
    this.#init.curl.multiPollAsync(this.#multi, pollMs, new Uint8Array(this.#ready.buffer), () => this.#turn());
  }
}
