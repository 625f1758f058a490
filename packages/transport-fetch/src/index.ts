/** The transport over any fetch. */
export { fetchTransport, type FetchTransportOptions } from "./lib/fetch-transport.ts";
