import { performance } from "node:perf_hooks";
import { TransportError, type ProxyServer, type TransportRequest } from "@headrace/core/transport";
import { errorOfCurlFailure, scrub, type CurlFailure } from "./codes.ts";
import { Info } from "./curl-constants.ts";
import type { Ending } from "./delivery.ts";
import type { RequestLists } from "./prepare-request.ts";
import type { RequestAttempts } from "./request-attempts.ts";
import type { ResponseHeadReader } from "./response-head.ts";
import type { TransferContext } from "./transfer.ts";

/** What only matters until there is a head. It is let go of then: a stream may be open for days. */
export interface TransferStart {
  readonly request: TransportRequest;
  readonly lists: RequestLists;
  /** On the monotonic clock. */
  readonly time: number;
}

/** What is known of a transfer that libcurl has ended. */
export interface EndedTransfer {
  readonly context: TransferContext;
  readonly id: number;
  readonly easy: bigint | undefined;
  readonly attempts: RequestAttempts;
  readonly reader: ResponseHeadReader;
  readonly proxy: ProxyServer | undefined;
  /** Absent once there is a head. */
  readonly start: TransferStart | undefined;
}

/** `CURLE_ABORTED_BY_CALLBACK`: of `onPreRequest`. */
export const abortedByCallback = 42;

/** Says how a transfer ended that libcurl has ended with `code`. */
export function outcomeOf(code: number, ended: EndedTransfer): Ending {
  if (code !== 0) return { error: errorOfCurlFailure(describeFailure(code, ended)) };
  if (ended.reader.isComplete) return {};
  return {
    error: new TransportError("reset", "the connection ended inside the response's head", { phase: "head" }),
  };
}

function describeFailure(code: number, ended: EndedTransfer): CurlFailure {
  const { id, easy, attempts, reader, proxy, start } = ended;
  const { thread, settings } = ended.context;
  const long = (info: number): number => (easy === undefined ? 0 : thread.curl.getLong(easy, info));
  return {
    code,
    text: code === abortedByCallback ? "not sent again" : scrub(thread.texts.read(id), proxy?.credentials),
    osErrno: long(Info.osErrno),
    connectStatus: long(Info.httpConnectCode),
    proxyError: long(Info.proxyError),
    tunnel: thread.knowsAttempts && isTunnel(ended),
    handshake: thread.knowsAttempts && (proxy?.scheme === "https" || start?.request.url.protocol === "https:"),
    unixSocket: settings.unixSocket !== undefined,
    connected: attempts.count > 0 || reader.started,
    connectTimedOut: start !== undefined && isConnectTimedOut(start),
    headComplete: reader.isComplete,
    framing: reader.framing,
    hasLength: reader.hasLength,
    refused: easy !== undefined && attempts.wasRefused(easy),
  };
}

function isTunnel({ proxy, start }: EndedTransfer): boolean {
  return proxy !== undefined && (start?.request.url.protocol === "https:" || proxy.scheme.startsWith("socks"));
}

function isConnectTimedOut({ request: { connectTimeout }, time }: TransferStart): boolean {
  return connectTimeout > 0 && performance.now() - time >= connectTimeout - 5;
}
