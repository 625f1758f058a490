import { NetworkOptions, ResponseSink, Transport, TransportRequest, TransportSupport } from "@headrace/core/transport";
/** What `curlTransport` takes: `NetworkOptions`, all of which libcurl can honour where it was built to. */
type CurlTransportOptions = NetworkOptions;
/** A transport over libcurl: it can also block, and declares everything. */
interface CurlTransport extends Transport {
  readonly name: "curl";
  readonly supports: TransportSupport;
  sendSync(request: TransportRequest, sink: ResponseSink, nextWait: () => number): void;
}
/**
 * Makes a transport over the libcurl of this machine.
 *
 * Loads libcurl at the first call: `HEADRACE_LIBCURL` if it is set, else the names usual on the platform.
 * All transports of a thread share one multi handle; connections, names and TLS sessions are each one's own.
 *
 * @throws `library-missing` where no libcurl can be loaded, with every name tried; `unsupported` for an option
 * that this libcurl cannot honour; `invalid-argument` for one that makes no sense
 */
export declare function curlTransport(options?: CurlTransportOptions): CurlTransport;
export type { CurlTransport, CurlTransportOptions };
