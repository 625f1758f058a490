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
  #timer: NodeJS.Timeout | undefined;

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
    this.run(() => addTransfer(this.#multi, easy, this.#init));
  }

  remove(easy: bigint): void {
    this.#init.curl.multiRemove(this.#multi, easy);
  }

  resume(easy: bigint): void {
    this.run(() => void this.#init.curl.easyPause(easy, 0));
    this.run(() => this.#action(socketTimeout, 0));
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
    } finally {
      this.#depth--;
      if (this.#depth === 0)
        for (let next = this.#commands.shift(); next; next = this.#commands.shift()) this.#enter(next);
    }
  }

  #action(socket: number, events: number): void {
    this.#init.curl.multiSocketAction(this.#multi, socket, events);
    drainMessages(this.#multi, this.#init);
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
    if (status >= 0) {
      return this.run(() => this.#action(socket, (readable ? Select.in : 0) | (writable ? Select.out : 0)));
    }
    // libuv reports EBADF for any socket in error, and stops watching it. Only reading it tells what it is,
    // and there may be data before that.
    const watch = this.#sockets.get(socket);
    this.run(() => this.#action(socket, Select.in | Select.out));
    if (watch !== undefined && this.#sockets.get(socket) === watch) watch.start();
  }

  #onTimer(ms: number): number {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms < 0) return 0;
    const due = (): void => this.run(() => this.#action(socketTimeout, 0));
    if (ms === 0) setImmediate(due);
    else this.#timer = setTimeout(due, ms).unref();
    return 0;
  }
}
