import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The two halves of a relayed connection: write into either what its peer never sent. */
export interface RelayedConnection {
  readonly client: Socket;
  readonly server: Socket;
}

/** What a relay does with bytes on their way; without it they go through. */
export interface RelayHooks {
  /** @returns whether to pass them on */
  readonly fromClient?: (bytes: Uint8Array, connection: RelayedConnection) => boolean;
}

/** A relay of TCP in front of a server, where a case can meddle with TLS records that neither side would send. */
export interface Relay {
  readonly port: number;
  readonly connections: readonly RelayedConnection[];
  close(): Promise<void>;
}

/** Starts a relay to a port of 127.0.0.1. */
export async function startRelay(port: number, { fromClient = () => true }: RelayHooks = {}): Promise<Relay> {
  const connections: RelayedConnection[] = [];
  const listener = createServer((client) => {
    const connection = { client, server: connect({ port, host: "127.0.0.1", noDelay: true }) };
    connections.push(connection);
    join(connection, fromClient);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    connections,
    async close() {
      for (const { client, server } of connections) for (const socket of [client, server]) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

function join(connection: RelayedConnection, fromClient: NonNullable<RelayHooks["fromClient"]>): void {
  const { client, server } = connection;
  client.on("data", (bytes: Uint8Array) => fromClient(bytes, connection) && server.write(bytes));
  server.on("data", (bytes: Uint8Array) => client.writable && client.write(bytes));
  client.on("end", () => server.end()).on("error", () => server.destroy());
  server.on("end", () => client.end()).on("error", () => client.destroy());
}
