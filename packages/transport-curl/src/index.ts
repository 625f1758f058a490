/** Server-sent events over libcurl: the transport and its options. */
export { curlTransport, type CurlTransport, type CurlTransportOptions } from "./lib/curl-transport.ts";
