import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Mutant } from "./mutant.ts";
import { sends, withHref } from "./mutant.ts";

/** What a relay does to the bytes that pass it, packet by packet, one character a byte. */
interface Rewriting {
  readonly request?: (text: string) => string;
  readonly response?: (text: string) => string;
}

/**
 * Breaks how the transport writes and reads HTTP: it speaks to the server through a relay that rewrites
 * what passes. To the server and to the sink that is the same as a writer or a parser that errs.
 */
export function rewrites(name: string, fails: readonly string[], rewriting: Rewriting | (() => Rewriting)): Mutant {
  const each = typeof rewriting === "function" ? rewriting : (): Rewriting => rewriting;
  return sends(name, fails, (send) => async (request, sink) => {
    const { hostname, port } = request.url;
    const relay = await startRelay(() => connect({ host: hostname, port: Number(port) }), each());
    const url = Object.assign(withHref(request.url, request.url.href), { hostname: "127.0.0.1", port: relay.port });
    await send({ ...request, url }, sink).finally(() => relay.close());
  });
}

/** Breaks the choice of connections: every request to an origin goes over the one there is, unless `unless` was seen on it. */
export function reusesEveryConnection(name: string, fails: readonly string[], unless?: RegExp): Mutant {
  return sends(name, fails, (send) => {
    const kept = new Map<string, Socket>();
    return async (request, sink) => {
      const { host, hostname, port, href } = request.url;
      const open = (): Socket => {
        const socket = kept.get(host) ?? connect({ host: hostname, port: Number(port) });
        kept.set(host, socket.removeAllListeners("data"));
        return socket;
      };
      const response = (text: string): string => {
        if (unless?.test(text) === true) kept.delete(host);
        return text;
      };
      const relay = await startRelay(open, { response }, { keep: true });
      const url = Object.assign(withHref(request.url, href), { hostname: "127.0.0.1", port: relay.port });
      await send({ ...request, url }, sink).finally(() => relay.close());
    };
  });
}

async function startRelay(
  open: () => Socket,
  { request = same, response = same }: Rewriting,
  { keep = false } = {},
): Promise<{ port: string; close(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = open();
    sockets.push(client, ...(keep ? [] : [upstream]));
    const pass = (socket: Socket, change: (text: string) => string) => (bytes: Buffer) => {
      const text = change(bytes.toString("latin1"));
      if (text !== "" && !socket.destroyed) socket.write(text, "latin1");
    };
    client.on("data", pass(upstream, request));
    upstream.on("data", pass(client, response));
    upstream.on("end", () => client.end());
    upstream.on("error", () => client.resetAndDestroy());
    client.on("error", () => {});
    client.on("close", () => (keep ? undefined : upstream.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: String((server.address() as AddressInfo).port),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function same(text: string): string {
  return text;
}
