import { performance } from "node:perf_hooks";
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { MultiOption, pollRemove, Select, socketTimeout } from "./curl-constants.ts";
import {
  addTransfer,
  createMulti,
  drainMessages,
  ProcessHold,
  type MultiLoop,
  type MultiLoopInit,
} from "./multi-loop.ts";

/** Of `setTimeout`. */
const longestDelay = 2 ** 31 - 1;

type PollHandle = InstanceType<(typeof import("koffi"))["node"]["PollHandle"]>;
/** What koffi really calls back with; its declaration leaves the status out (3.3.4). */
type PollCallback = (status: number, events: { readable: boolean; writable: boolean }) => void;

interface Watch {
  readonly handle: PollHandle;
  /** Watches again, for what libcurl last asked for. */
  start: () => void;
}

/**
 * `curl_multi_socket_action`, told of ready sockets by `koffi.node.poll`, which is libuv's `uv_poll_t` on
 * the loop of this environment: no thread, and nothing runs while nothing happens.
 *
 * Poll handles keep nothing alive by themselves. They must be referenced (a collected one is silent) and
 * must never be touched after `close` (`start` and `stop` crash).
 */
export class MultiSocketLoop implements MultiLoop {
  readonly #init: MultiLoopInit;
  readonly #multi: bigint;
  readonly #processHold = new ProcessHold();
  readonly #sockets = new Map<number, Watch>();
  readonly #commands: (() => void)[] = [];
  /** How deep in libcurl this thread is: nothing of it may be called from its callbacks. */
  #depth = 0;
  /** Added and not removed: where libcurl counts fewer that run, it has messages. */
  readonly #added = new Set<bigint>();
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
    const onSocket = curl.registerSocket((_easy, socket, what) => this.#onSocket(socket, what));
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
      if (addTransfer(this.#multi, easy, this.#init)) this.#added.add(easy);
    });
  }

  remove(easy: bigint): void {
    this.#added.delete(easy);
    this.#resumed.delete(easy);
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
    for (const { handle } of this.#sockets.values()) handle.close();
    this.#sockets.clear();
  }

  #enter(call: () => void): void {
    this.#depth++;
    try {
      call();
      this.#init.written();
    } finally {
      this.#depth--;
      if (this.#depth === 0)
        for (let next = this.#commands.shift(); next; next = this.#commands.shift()) this.#enter(next);
    }
  }

  #action(socket: number, events: number): void {
    this.run(() => {
      const running = this.#init.curl.multiSocketAction(this.#multi, socket, events);
      this.#init.written();
      if (running < this.#added.size) drainMessages(this.#multi, this.#init);
    });
    if (this.#depth === 0) this.#init.arrived();
  }

  #onSocket(socket: number, what: number): number {
    try {
      if (what !== pollRemove) this.#watch(socket, what);
      else {
        this.#sockets.get(socket)?.handle.close();
        this.#sockets.delete(socket);
      }
      return 0;
    } catch {
      return -1;
    }
  }

  #watch(socket: number, what: number): void {
    const interest = { readable: (what & 1) !== 0, writable: (what & 2) !== 0 };
    const callback: PollCallback = (status, events) => this.#onReady(socket, status, events);
    const watch = this.#sockets.get(socket);
    if (watch) {
      watch.start = () => watch.handle.start(interest, callback as never);
      return watch.start();
    }
    const handle = this.#init.curl.koffi.node.poll(socket, interest, callback as never);
    handle.unref();
    this.#sockets.set(socket, { handle, start: () => handle.start(interest, callback as never) });
  }

  #onReady(socket: number, status: number, { readable, writable }: Parameters<PollCallback>[1]): void {
    if (status >= 0) return this.#action(socket, (readable ? Select.in : 0) | (writable ? Select.out : 0));
    // libuv reports EBADF for any socket in error, and stops watching it. Only reading it tells what it is,
    // and there may be data before that.
    const watch = this.#sockets.get(socket);
    this.#action(socket, Select.in | Select.out);
    if (watch !== undefined && this.#sockets.get(socket) === watch) watch.start();
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
    const resumed = [...this.#resumed];
    this.#resumed.clear();
    for (const easy of resumed) {
      if (!this.#added.has(easy)) continue;
      this.run(() => void this.#init.curl.easyPause(easy, 0));
      this.#isDueAgain = false;
      this.#action(socketTimeout, 0);
    }
    if (resumed.length === 0) {
      this.#isDueAgain = false;
      this.#action(socketTimeout, 0);
    }
    this.#turn = "none";
    if (this.#isDueAgain || this.#resumed.size > 0) this.#due();
  }
}
