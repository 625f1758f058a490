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

/** Serves the TypeScript files of a folder as JavaScript, and everywhere else an empty page. */
export async function serveSources(folder: URL): Promise<SourceServer> {
  const server = createServer(({ url = "/" }, response) => {
    const isSource = /^\/[\w-]+\.ts$/.test(url);
    response.setHeader("content-type", isSource ? "text/javascript" : "text/html");
    const source = isSource && readFileSync(new URL(`.${url}`, folder), "utf8");
    response.end(source ? stripTypeScriptTypes(source) : "<!doctype html><title>framer</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
