import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";

/** A server of sources, for a page to import. */
export interface SourceServer {
  readonly origin: string;
  close(): void;
}

/** What a page imports by name. */
const imports = {
  "@headrace/core": "/packages/core/src/index.ts",
  "@headrace/core/fetch": "/packages/core/src/fetch.ts",
  "@headrace/core/parser": "/packages/core/src/parser.ts",
  "@headrace/core/transport": "/packages/core/src/transport.ts",
  "@headrace/event-source": "/packages/event-source/src/index.ts",
  "@headrace/transport-fetch": "/packages/transport-fetch/src/index.ts",
  "eventsource-parser": "/tooling/bench/node_modules/eventsource-parser/dist/index.js",
};

const root = new URL("../../", import.meta.url);
const page = `<!doctype html><title>headrace</title><script type="importmap">${JSON.stringify({ imports })}</script>`;

/** Serves the modules of the repository, types stripped, by their paths, and everywhere else a page that can import them. */
export async function serveSources(): Promise<SourceServer> {
  const server = createServer(({ url = "/" }, response) => {
    const isSource = /^(\/[\w-]+)+\.[jt]s$/.test(url);
    response.setHeader("content-type", isSource ? "text/javascript" : "text/html");
    response.end(isSource ? stripTypeScriptTypes(readFileSync(new URL(`.${url}`, root), "utf8")) : page);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
