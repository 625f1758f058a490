import { FetchTransportOptions, fetchTransport } from "@headrace/transport-fetch";
export * from "@headrace/core";
export { type FetchTransportOptions, fetchTransport };
