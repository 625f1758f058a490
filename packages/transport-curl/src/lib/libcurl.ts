import { Feature } from "./curl-constants.ts";
import type { Stdio } from "./stdio.ts";

/** koffi, as `require` gives it. */
export type Koffi = typeof import("koffi");

/** A library that koffi has loaded. */
export type Library = ReturnType<Koffi["load"]>;

/** An address in C memory. koffi hands them out as BigInt; `null` is NULL. */
export type Pointer = bigint | null;

/** What `curl_multi_info_read` tells of a transfer that ended. */
export interface DoneMessage {
  readonly easy: bigint;
  readonly code: number;
}

/** The functions of libcurl that this package calls, typed, and what `curl_version_info` says of this build. */
export interface Libcurl {
  readonly koffi: Koffi;
  /** Name or path it was loaded by. */
  readonly file: string;
  /** `curl_version()`: libcurl and every library in it, with their versions. */
  readonly version: string;
  /** `0xXXYYZZ`. */
  readonly versionNumber: number;
  readonly features: number;
  readonly protocols: readonly string[];

  easyInit(): Pointer;
  /** A copy with all options, but for the share handle. */
  easyDuplicate(easy: bigint): Pointer;
  easyCleanup(easy: bigint): void;
  easyPause(easy: bigint, bits: number): number;
  /** `curl_easy_setopt`; the result is a `CURLcode`. */
  setLong(easy: bigint, option: number, value: number): number;
  setOffset(easy: bigint, option: number, value: number): number;
  setPointer(easy: bigint, option: number, value: Pointer): number;
  /** Memory that libcurl copies, or that the caller keeps. */
  setBytes(easy: bigint, option: number, value: Uint8Array): number;
  /** A string option, from one character a byte; `null` unsets it. */
  setString(easy: bigint, option: number, value: string | null): number;
  /** A blob option, copied by libcurl. */
  setBlob(easy: bigint, option: number, value: Uint8Array): number;
  /** A number where a pointer is expected: handed back to the callbacks as it is, or an address. */
  setId(easy: bigint, option: number, id: number): number;
  getLong(easy: bigint, info: number): number;
  /** The number that `Option.private` was set to. */
  idOf(easy: bigint): number;
  /** `CURLINFO_ACTIVESOCKET`: of the connection that an ended transfer leaves behind; -1 for none. */
  activeSocket(easy: bigint): number;
  /** Whether something that was not yet read, be it the end, has arrived on a socket of libcurl's. Not on Windows. */
  readonly hasInput: ((socket: number) => boolean) | undefined;

  /** `close` of the system. Not on Windows. */
  readonly closeSocket: ((socket: number) => number) | undefined;

  /** Appends one line, one character a byte, and returns the new head. */
  slistAppend(list: Pointer, line: string): Pointer;
  slistFree(list: Pointer): void;

  multiInit(): Pointer;
  multiCleanup(multi: bigint): void;
  multiAdd(multi: bigint, easy: bigint): number;
  multiRemove(multi: bigint, easy: bigint): number;
  multiSetFunction(multi: bigint, option: number, callback: bigint): number;
  multiPerform(multi: bigint): number;
  /** @returns how many transfers still run */
  multiSocketAction(multi: bigint, socket: number, events: number): number;
  /** Blocks for at most `ms`, or until a socket is ready or `multiWakeup` is called. */
  multiPoll(multi: bigint, ms: number): number;
  /** The same in a thread of the pool. Sets `ready`, at least 4 bytes, to a number not negative as it returns. */
  multiPollAsync(multi: bigint, ms: number, ready: Uint8Array, done: () => void): void;
  multiWakeup(multi: bigint): number;
  multiInfoRead(multi: bigint): DoneMessage | undefined;

  shareInit(): Pointer;
  shareAdd(share: bigint, what: number): number;
  shareCleanup(share: bigint): number;

  /** Where libcurl's default write function can write to memory of ours. */
  readonly stdio: Stdio | undefined;
  /** Copies C memory into memory of ours, both given by address. */
  copy(target: number, source: number, length: number): void;
  /** A string of C memory, one character a byte. */
  latin1(address: number, length: number): string;

  /** A callback `size_t (address, size_t, size_t, id)`: of body and header. */
  registerData(callback: (address: number, size: number, count: number, id: number) => number): bigint;
  /** A callback `CURLOPT_PREREQFUNCTION`, of which the id and our port are handed on. */
  registerPreRequest(callback: (id: number, localPort: number) => number): bigint;
  registerSocket(callback: (easy: bigint, socket: number, what: number) => number): bigint;
  registerTimer(callback: (multi: bigint, ms: number) => number): bigint;
  /** A callback `CURLOPT_CLOSESOCKETFUNCTION`, which has to close the socket. */
  registerCloseSocket(callback: (socket: number) => number): bigint;
}

/** Whether this build has a feature. */
export function hasFeature(curl: Libcurl, feature: keyof typeof Feature): boolean {
  return (curl.features & Feature[feature]) !== 0;
}
