import { Select } from "./curl-constants.ts";
import type { Koffi, Libcurl } from "./libcurl.ts";

type PollHandle = InstanceType<Koffi["node"]["PollHandle"]>;
/** What koffi really calls back with; its declaration leaves the status out (3.3.4). */
type PollCallback = (status: number, events: { readable: boolean; writable: boolean }) => void;

interface Watch {
  readonly handle: PollHandle;
  readonly callback: PollCallback;
  /** What it watches for, as `CURL_POLL_*`: 1 is in, 2 out, 3 both. */
  armed: number;
  /** What libcurl wants; 0 for nothing. */
  wanted: number;
  /** The connection is idle, and stays. */
  kept: boolean;
  /** It is the multi handle's own, which 8.23 wants to hear of whenever anything runs: it stays. */
  own: boolean;
}

/**
 * The sockets of libcurl that are watched, by `koffi.node.poll`: libuv's `uv_poll_t` on the loop of this
 * environment. No thread, and nothing runs while nothing happens.
 *
 * The socket of an idle connection stays watched, and the next exchange on it finds it so. To watch it anew is a new
 * handle and seven system calls.
 *
 * Poll handles keep nothing alive by themselves. They must be referenced (a collected one is silent) and
 * must never be touched after `close` (`start` and `stop` crash).
 */
export class SocketWatches {
  readonly #curl: Libcurl;
  /** Told of what is wanted alone, as `CURL_CSELECT_*`. */
  readonly #ready: (socket: number, events: number) => void;
  readonly #watches = new Map<number, Watch>();
  /** Sockets that libcurl has let go of since `sweep`. */
  #letGo: number[] = [];

  constructor(curl: Libcurl, ready: (socket: number, events: number) => void) {
    this.#curl = curl;
    this.#ready = ready;
  }

  /**
   * libcurl wants to hear of a socket. `what` is of `CURL_POLL_*`.
   *
   * @param easy whose it is: a transfer's, or one of the multi handle's own, which has no number
   */
  want(socket: number, what: number, easy: bigint): void {
    const watch = this.#watches.get(socket);
    if (watch === undefined) return this.#open(socket, what, easy);
    if (watch.wanted === 0 && !watch.kept) {
      // It may have been closed meanwhile, and this be another of the same number.
      this.drop(socket);
      return this.#open(socket, what, easy);
    }
    watch.wanted = what;
    watch.kept = watch.own;
    if (watch.armed !== what) arm(watch);
  }

  /** libcurl wants to hear of it no more. It is watched until `sweep`, where it may be kept. */
  letGo(socket: number): void {
    const watch = this.#watches.get(socket);
    if (watch === undefined) return;
    if (this.#curl.closeSocket === undefined) return this.drop(socket);
    watch.wanted = 0;
    this.#letGo.push(socket);
  }

  /** The socket is one of an idle connection, and `drop` is called before it is closed. */
  keep(socket: number): void {
    const watch = this.#watches.get(socket);
    if (watch !== undefined) watch.kept = true;
  }

  /** Stops watching a socket. */
  drop(socket: number): void {
    this.#watches.get(socket)?.handle.close();
    this.#watches.delete(socket);
  }

  /** Stops watching what libcurl has let go of, and nobody keeps. To be called whenever libcurl has been left. */
  sweep(): void {
    if (this.#letGo.length === 0) return;
    for (const socket of this.#letGo) {
      const watch = this.#watches.get(socket);
      if (watch?.wanted === 0 && !watch.kept) this.drop(socket);
    }
    this.#letGo = [];
  }

  /**
   * To be called before the environment ends: it turns its event loop once more, and koffi (3.3.4) aborts the process
   * where that finds a socket ready, say of an idle connection that the server has closed (as in Koromix/koffi#271).
   */
  dispose(): void {
    for (const socket of this.#watches.keys()) this.drop(socket);
  }

  #open(socket: number, what: number, easy: bigint): void {
    const callback: PollCallback = (status, { readable, writable }) => {
      if (watch.wanted === 0) return this.drop(socket);
      if (status < 0) return this.#failed(socket, watch);
      this.#ready(socket, (readable ? Select.in : 0) | (writable ? Select.out : 0));
    };
    const handle = this.#curl.koffi.node.poll(socket, interestIn(what), callback as never);
    handle.unref();
    const own = this.#curl.idOf(easy) === 0;
    const watch: Watch = { handle, callback, armed: what, wanted: what, kept: own, own };
    this.#watches.set(socket, watch);
  }

  /**
   * libuv reports EBADF for any socket in error, and stops watching it. Only reading it tells what it is, and there
   * may be data before that.
   */
  #failed(socket: number, watch: Watch): void {
    this.#ready(socket, Select.in | Select.out);
    if (this.#watches.get(socket) === watch) arm(watch);
  }
}

function interestIn(what: number): { readable: boolean; writable: boolean } {
  return { readable: (what & 1) !== 0, writable: (what & 2) !== 0 };
}

function arm(watch: Watch): void {
  watch.armed = watch.wanted;
  watch.handle.start(interestIn(watch.wanted), watch.callback as never);
}
