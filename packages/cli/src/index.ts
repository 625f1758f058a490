/** `@headrace/core` and the transport that runs everywhere, in one install. */
export * from "@headrace/core";
export { fetchTransport, type FetchTransportOptions } from "@headrace/transport-fetch";
