import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The server that examples talk to in the place of `https://….example.com`. */
export interface ExampleServer {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

const words = ["Hello", ", ", "world", "!"];
const finish = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
const chatCompletion = [
  ...words.map((content) => JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
  JSON.stringify(finish),
  "[DONE]",
];

/** What each path answers: an event stream, or, if it ends in `.json`, JSON. Any other path: three numbered events. */
const routes: Readonly<Record<string, string>> = {
  "/v1/chat/completions": chatCompletion.map((data) => `data: ${data}\n\n`).join(""),
};
const numbered = [1, 2, 3].map((id) => `id: ${id}\ndata: ${JSON.stringify({ number: id })}\n\n`).join("");

/** Starts an {@link ExampleServer} on a free port of 127.0.0.1; every response ends. */
export async function startExampleServer(): Promise<ExampleServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const isJson = pathname.endsWith(".json");
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": isJson ? "application/json" : "text/event-stream" });
      response.end(isJson ? '{"ok":true}' : (routes[pathname] ?? numbered));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
