/** Something that a page could import, and what it may weigh. */
export interface Bundle {
  readonly name: string;
  /** The module that is bundled. */
  readonly source: string;
  /** The most bytes that it may have, minified and gzipped: packages/core/decisions/007. */
  readonly limit: number;
}

const fetchTransport = 'export { fetchTransport } from "@headrace/transport-fetch";';

export const bundles: readonly Bundle[] = [
  {
    name: "the framer: `createEventStreamParser`",
    source: 'export { createEventStreamParser } from "@headrace/core/parser";',
    limit: 3650,
  },
  {
    name: "`forEachEvent`, with transport-fetch",
    source: `export { forEachEvent } from "@headrace/core"; ${fetchTransport}`,
    limit: 16_000,
  },
  {
    name: "`openEventStream` and `forEachEvent`, with transport-fetch",
    source: `export { forEachEvent, openEventStream } from "@headrace/core"; ${fetchTransport}`,
    limit: 16_950,
  },
  {
    name: "the same and `subscribe`",
    source: `export { forEachEvent, openEventStream, subscribe } from "@headrace/core"; ${fetchTransport}`,
    limit: 20_900,
  },
  {
    name: "`EventSource`, with transport-fetch",
    source: `export { EventSource } from "@headrace/event-source"; ${fetchTransport}`,
    limit: 22_350,
  },
  {
    name: "`createFetch`",
    source: 'export { createFetch } from "@headrace/core/fetch";',
    limit: 13_150,
  },
  { name: "`fetchTransport`", source: fetchTransport, limit: 4300 },
];
