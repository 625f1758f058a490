import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { answers } from "./answers.ts";

// A server in a thread of its own, for clients that block theirs. It answers each request as the first word of its path
// says, and tells the other side of every connection that carried a request when it was first used and when it closed.

const { cert, key } = workerData as { cert: string; key: string };

function serve(socket: Socket): void {
  let head = "";
  let requests = 0;
  socket.on("error", () => {}).on("close", () => requests > 0 && parentPort?.postMessage("close"));
  socket.setNoDelay(true).on("data", (bytes) => {
    head += bytes.toString("latin1");
    if (!head.includes("\r\n\r\n")) return;
    if (requests++ === 0) parentPort?.postMessage("open");
    const [, path = ""] = /^\S+ \/([\w-]*)/.exec(head) ?? [];
    head = "";
    answers[path]?.(socket);
  });
}

const plain = createServer({ noDelay: true }, serve).listen(0, "127.0.0.1", () => {
  const tls = createTlsServer({ cert, key }, serve).on("tlsClientError", () => {});
  tls.listen(0, "127.0.0.1", () => {
    const [http, https] = [plain, tls].map((server) => (server.address() as AddressInfo).port);
    parentPort?.postMessage({ http, https });
  });
});
