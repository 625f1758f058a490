import type { ResponseSink, TransportRequest } from "@headrace/core/transport";
import type { Dispatcher } from "undici";
import { dispatchOptions } from "./dispatch-options.ts";
import { UndiciExchange, type ExchangeHost } from "./undici-exchange.ts";

/** Where exchanges are started. */
export interface Connections {
  start(request: TransportRequest, sink: ResponseSink): UndiciExchange;
  /** Closes idle connections; with `end` all of them. */
  close(end: boolean): Promise<void>;
}

const host: ExchangeHost = { release() {}, drop() {}, repeat: () => false };

/** Sends through a dispatcher of the caller's, whose connections are its own business. */
export function givenDispatcher(dispatcher: Dispatcher, userAgent: string): Connections {
  return {
    start(request, sink) {
      const exchange = new UndiciExchange(request, sink, host);
      exchange.dispatch(undefined, dispatcher, dispatchOptions(request, userAgent));
      return exchange;
    },
    close: () => Promise.resolve(),
  };
}
