import { NetworkOptions, Transport } from "@headrace/core/transport";
import { Dispatcher } from "undici";
/** How the transport reaches the network. */
interface UndiciTransportOptions extends NetworkOptions {
  /**
   * A dispatcher to send through (an `Agent`, a `ProxyAgent`, a mock), instead of connections of our own.
   * It keeps its own settings, so of the network options only `userAgent` may be given too, and it is never closed.
   */
  dispatcher?: Dispatcher;
}
/**
 * Makes a transport over undici's `dispatch`.
 *
 * It keeps its own connections and never touches undici's global dispatcher. HTTP/1.1 is spoken unless
 * `httpVersion` asks for another. A POST goes out once: what is lost is reported, not sent again.
 *
 * @throws `unsupported` for an option that undici, or the given dispatcher, cannot honour, and on a
 * runtime that stubs undici, as Bun does; `invalid-argument` for an option that makes no sense
 */
export declare function undiciTransport(options?: UndiciTransportOptions): Transport;
export type { UndiciTransportOptions };
