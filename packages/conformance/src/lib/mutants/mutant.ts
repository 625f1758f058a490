import { connect } from "node:net";
import {
  type NetworkOptions,
  type ResponseSink,
  type Transport,
  type TransportRequest,
} from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import type { TransportModule } from "../transport-module.ts";

/** The reference transport with exactly one thing broken. */
export interface Mutant {
  readonly name: string;
  /** Ids of cases that must fail on it. */
  readonly fails: readonly string[];
  /** Its fault is seen by whatever else runs in the process, so it must run alone. */
  readonly isLoud?: boolean;
  /** Where another process finds it. */
  readonly module?: TransportModule;
  create(options: NetworkOptions): Transport;
}

/** What most mutants break. */
export type Send = Transport["send"];

/** Breaks `send` in any way. */
export function sends(name: string, fails: readonly string[], change: (send: Send) => Send): Mutant {
  return {
    name,
    fails,
    create(options) {
      const reference = referenceTransport(options);
      return { ...reference, send: change(reference.send) };
    },
  };
}

/** Breaks the request on its way out. */
export function asks(
  name: string,
  fails: readonly string[],
  change: (request: TransportRequest) => Partial<TransportRequest>,
): Mutant {
  return sends(name, fails, (send) => (request, sink) => send({ ...request, ...change(request) }, sink));
}

/** Breaks the calls of the sink on their way in. */
export function delivers(
  name: string,
  fails: readonly string[],
  change: (sink: ResponseSink) => Partial<ResponseSink>,
): Mutant {
  return sends(name, fails, (send) => (request, sink) => {
    const through: ResponseSink = {
      head: (head) => sink.head(head),
      body: (bytes) => sink.body(bytes),
      trailers: (trailers) => sink.trailers?.(trailers),
    };
    return send(request, { ...through, ...change(sink) });
  });
}

/** Breaks how `send` settles. */
export function settles(
  name: string,
  fails: readonly string[],
  change: (sent: Promise<void>, request: TransportRequest) => Promise<void>,
): Mutant {
  return sends(name, fails, (send) => (request, sink) => change(send(request, sink), request));
}

/** The code of an error that may be anything. */
export function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}

/** Connects to a URL's host and hangs up at once. */
export function connectInVain({ port, hostname }: URL): void {
  const socket = connect(Number(port), hostname, () => socket.destroy()).on("error", () => {});
}

/** A URL whose `href` is not what the URL says. */
export function withHref(url: URL, href: string): URL {
  const { host, hostname, port, protocol } = url;
  return { host, hostname, port, protocol, href } as URL;
}

/** A copy of headers with one field replaced. */
export function withHeader(headers: Headers, name: string, value: string): Headers {
  const copy = new Headers(headers);
  copy.set(name, value);
  return copy;
}

/** Breaks anything else about the transport. */
export function changes(name: string, fails: readonly string[], change: (reference: Transport) => Transport): Mutant {
  return { name, fails, create: (options) => change(referenceTransport(options)) };
}

/** Breaks what is made of the options. */
export function misreads(
  name: string,
  fails: readonly string[],
  change: (options: NetworkOptions) => NetworkOptions,
): Mutant {
  return { name, fails, create: (options) => referenceTransport(change(options)) };
}
