import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A relay in front of a server, to take connections away from both sides. */
export interface Relay {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  /** Ends those that are open. `rst`, or `fin`: for a body without a length, an end in good order. */
  cut(how: "rst" | "fin"): void;
  close(): void;
}

/** Starts it on a free port. */
export async function startRelay(to: number): Promise<Relay> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (client) => {
    connections++;
    const upstream = connect(to, "127.0.0.1");
    const endBoth = (): void => void (client.destroy(), upstream.destroy());
    for (const socket of [client, upstream]) socket.on("error", endBoth).on("close", endBoth);
    client.on("close", () => open.delete(client));
    open.add(client);
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    cut(how) {
      for (const client of open) {
        if (how === "rst") client.resetAndDestroy();
        else client.destroySoon();
      }
    },
    close() {
      for (const client of open) client.destroy();
      server.close();
    },
  };
}
