import { performance } from "node:perf_hooks";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { MultiOption, pollRemove, socketTimeout } from "./curl-constants.ts";
import {
  addTransfer,
  createMulti,
  drainMessages,
  ProcessHold,
  type MultiLoop,
  type MultiLoopInit,
} from "./multi-loop.ts";
import { SocketWatches } from "./socket-watches.ts";

/** Of `setTimeout`. */
const longestDelay = 2 ** 31 - 1;

/** `curl_multi_socket_action`, told of ready sockets by the host's own event loop. */
export class MultiSocketLoop implements MultiLoop {
  readonly sockets: SocketWatches;
  readonly #init: MultiLoopInit;
  readonly #multi: bigint;
  readonly #processHold = new ProcessHold();
  readonly #commands: (() => void)[] = [];
  /** How deep in libcurl this thread is: nothing of it may be called from its callbacks. */
  #depth = 0;
  /** Added and not removed: where libcurl counts fewer that run, it has messages. */
  #added = 0;
  /** When libcurl wants to be called, and when it will be looked whether that is now; on the monotonic clock. */
  #dueAt = Infinity;
  #timerAt = Infinity;
  #timer: NodeJS.Timeout | undefined;
  /** A turn in which libcurl is called although no socket is ready. */
  #turn: "none" | "scheduled" | "running" = "none";
  #isDueAgain = false;
  /** Easy handles to go on with in that turn. */
  readonly #resumed = new Set<bigint>();

  constructor(init: MultiLoopInit) {
    const { curl } = init;
    this.#init = init;
    this.#multi = createMulti(curl);
    this.sockets = new SocketWatches(curl, (socket, events) => this.#action(socket, events));
    const onSocket = curl.registerSocket((easy, socket, what) => this.#onSocket(easy, socket, what));
    const onTimer = curl.registerTimer((_multi, ms) => this.#onTimer(ms));
    curl.multiSetFunction(this.#multi, MultiOption.socketFunction, onSocket);
    curl.multiSetFunction(this.#multi, MultiOption.timerFunction, onTimer);
  }

  run(command: () => void): void {
    if (this.#depth > 0) this.#commands.push(command);
    else this.#enter(command);
  }

  add(easy: bigint): void {
    this.run(() => {
      this.#added++;
      addTransfer(this.#multi, easy, this.#init);
    });
  }

  remove(easy: bigint): void {
    this.#resumed.delete(easy);
    this.#added--;
    this.#init.curl.multiRemove(this.#multi, easy);
  }

  resume(easy: bigint): void {
    this.#resumed.add(easy);
    this.#due();
  }

  hold(): void {
    this.#processHold.hold();
  }

  release(): void {
    this.#processHold.release();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#init.curl.multiCleanup(this.#multi);
    this.sockets.dispose();
  }

  #enter(call: () => void): void {
    this.#depth++;
    try {
      call();
      this.#init.written();
    } finally {
      this.#depth--;
      this.sockets.sweep();
      if (this.#depth === 0)
        for (let next = this.#commands.shift(); next; next = this.#commands.shift()) this.#enter(next);
    }
  }

  #action(socket: number, events: number): void {
    this.run(() => {
      const running = this.#init.curl.multiSocketAction(this.#multi, socket, events);
      this.#init.written();
      if (running < this.#added) drainMessages(this.#multi, this.#init);
    });
    if (this.#depth === 0) this.#init.arrived();
  }

  #onSocket(easy: bigint, socket: number, what: number): number {
    try {
      if (what === pollRemove) this.sockets.letGo(socket);
      else this.sockets.want(socket, what, easy);
      return 0;
    } catch {
      return -1;
    }
  }

  /** libcurl sets its timer anew whenever it has been called: one of ours that is armed for earlier is left alone. */
  #onTimer(ms: number): number {
    this.#dueAt = ms > 0 ? performance.now() + ms : Infinity;
    if (ms === 0) this.#due();
    else if (this.#dueAt < this.#timerAt) this.#arm();
    return 0;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timerAt = this.#dueAt;
    const ms = Math.ceil(this.#dueAt - performance.now());
    // The thread may have stood still since: Node warns of a time that is negative.
    this.#timer = setTimeout(() => this.#onTimeout(), Math.min(Math.max(ms, 1), longestDelay)).unref();
  }

  #onTimeout(): void {
    this.#timerAt = Infinity;
    if (this.#dueAt === Infinity) return;
    if (performance.now() < this.#dueAt) return this.#arm();
    this.#dueAt = Infinity;
    this.#action(socketTimeout, 0);
  }

  /** libcurl may not be called where it asks for that, and a stream without end must not hold the event loop. */
  #due(): void {
    this.#isDueAgain = true;
    if (this.#turn !== "none") return;
    this.#turn = "scheduled";
    setImmediate(() => this.#runTurn());
  }

  /**
   * One transfer after the other: libcurl would read for all that were resumed before any is delivered, into
   * memory that is then no longer in the cache.
   */
  #runTurn(): void {
    this.#turn = "running";
    let turns = this.#resumed.size;
    if (turns === 0) this.#resume(undefined);
    for (const easy of this.#resumed) {
      this.#resumed.delete(easy);
      this.#resume(easy);
      // Those that have been resumed since then wait for the next turn.
      if (--turns === 0) break;
    }
    this.#turn = "none";
    if (this.#isDueAgain || this.#resumed.size > 0) this.#due();
  }

  #resume(easy: bigint | undefined): void {
    if (easy !== undefined) this.run(() => void this.#init.curl.easyPause(easy, 0));
    this.#isDueAgain = false;
    this.#action(socketTimeout, 0);
  }
}
