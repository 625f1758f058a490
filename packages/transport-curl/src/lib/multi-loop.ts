import { setInterval } from "node:timers";
import type { Libcurl } from "./libcurl.ts";
import type { SocketWatches } from "./socket-watches.ts";

/** A multi handle of libcurl and what drives it: the only ones of a thread. */
export interface MultiLoop {
  /** What it watches; `undefined` where libcurl waits by itself. */
  readonly sockets: SocketWatches | undefined;
  /** Runs `command` as soon as libcurl may be called: now, unless it is being called, or waits in another thread. */
  run(command: () => void): void;
  add(easy: bigint): void;
  /** To be called inside `run`. */
  remove(easy: bigint): void;
  /** Lets a transfer go on that its write callback had paused. */
  resume(easy: bigint): void;
  /** One exchange more keeps the process alive. */
  hold(): void;
  /** One less. */
  release(): void;
  /** Lets go of everything; for the end of a thread. */
  dispose(): void;
}

/** What a loop calls, always outside libcurl. */
export interface MultiLoopInit {
  readonly curl: Libcurl;
  /** Told of each transfer that ended; it has to remove it. */
  readonly done: (easy: bigint, code: number) => void;
  /** libcurl has been left, and may have written. */
  readonly written: () => void;
  /** Sockets have been read: what arrived may be handed on. */
  readonly arrived: () => void;
}

/** `CURLE_FAILED_INIT`. */
const failedInit = 2;

/** What is needed to hear of transfers that ended. */
export type Messages = Pick<MultiLoopInit, "curl" | "done">;

/** Adds an easy handle; one that libcurl does not take has ended, or its exchange never would. */
export function addTransfer(multi: bigint, easy: bigint, { curl, done }: Messages): void {
  if (curl.multiAdd(multi, easy) !== 0) done(easy, failedInit);
}

/** Hands the messages of ended transfers to `done`. */
export function drainMessages(multi: bigint, { curl, done }: Messages): void {
  for (let message = curl.multiInfoRead(multi); message; message = curl.multiInfoRead(multi)) {
    done(message.easy, message.code);
  }
}

/** @throws where a multi handle cannot be had: out of memory */
export function createMulti(curl: Libcurl): bigint {
  const multi = curl.multiInit();
  if (multi === null) throw new Error("curl_multi_init failed");
  return multi;
}

const longest = 2 ** 31 - 1;

/** Keeps the process alive while anything is held. */
export class ProcessHold {
  held = 0;
  #timer: NodeJS.Timeout | undefined;

  hold(): void {
    if (this.held++ > 0) return;
    this.#timer ??= setInterval(() => {}, longest);
    this.#timer.ref();
  }

  release(): void {
    if (--this.held === 0) this.#timer?.unref();
  }
}
