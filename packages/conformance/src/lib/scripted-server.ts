import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import type { ReceivedRequest } from "./received-request.ts";
import { ClientGone, ScriptedConnection } from "./scripted-connection.ts";
import { createWireLog, type WireLog } from "./wire-log.ts";

/**
 * What the server does on a connection, from its acceptance on. It may wait for the client (its own
 * methods, or marks of the client's side in the same process), which is what keeps both in lock-step.
 * When it returns, the connection stays as it is until the client closes it.
 */
export type Script = (connection: ScriptedConnection) => Promise<void> | void;

/** What a server may be given besides its script. */
export interface ScriptedServerOptions {
  /** Speak TLS with this, from the first byte. */
  readonly tls?: TlsOptions;
  /** Default `127.0.0.1`; `::1` for IPv6; `unix` for a Unix domain socket. */
  readonly listenOn?: "127.0.0.1" | "::1" | "unix";
  readonly log?: WireLog;
  /** Hears what a script throws; by default `close` throws the first. */
  readonly onScriptError?: (error: unknown) => void;
}

/**
 * A server of exact bytes on `node:net`, on a free port of the loopback interface: it sends what its
 * script says, right or wrong, and bears witness to what it saw.
 */
export class ScriptedServer {
  /** `http://127.0.0.1:PORT`, `https:` with TLS; for a Unix domain socket `http://localhost`. */
  readonly origin: string;
  /** 0 for a Unix domain socket. */
  readonly port: number;
  /** The path of the Unix domain socket, `""` for none. */
  readonly path: string;
  /** Every connection, in order of acceptance. */
  readonly connections: readonly ScriptedConnection[];
  readonly #server: Server;
  readonly #scripts: Scripts;

  /** For `startScriptedServer`: `server` listens already. */
  constructor(server: Server, scripts: Scripts, { listenOn = "127.0.0.1", tls }: ScriptedServerOptions) {
    this.#server = server;
    this.#scripts = scripts;
    this.connections = scripts.connections;
    const address = server.address() as AddressInfo | string;
    this.port = typeof address === "string" ? 0 : address.port;
    this.path = typeof address === "string" ? address : "";
    const host = listenOn === "::1" ? "[::1]" : listenOn;
    const authority = listenOn === "unix" ? "localhost" : `${host}:${this.port}`;
    this.origin = `${tls === undefined ? "http" : "https"}://${authority}`;
  }

  /** Whole requests of all connections, in order of arrival within each. */
  get requests(): readonly ReceivedRequest[] {
    return this.connections.flatMap((connection) => connection.requests);
  }

  /** Server sockets that still exist. */
  get openSockets(): number {
    return this.connections.filter((connection) => connection.open).length;
  }

  /** The URL of a path on this server. */
  url(path = "/"): string {
    return this.origin + path;
  }

  /** Resolves when the client has closed every connection on which it has sent anything. */
  async closedByClient(): Promise<void> {
    const used = this.connections.filter(({ bytesReceived }) => bytesReceived > 0);
    await Promise.all(used.map((connection) => connection.closed()));
  }

  /** Resolves when every script has returned. */
  async scriptsDone(): Promise<void> {
    await Promise.all(this.#scripts.running);
  }

  /** Drops every connection and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.connections) connection.destroy();
    await closed;
    await Promise.all(this.connections.map((connection) => connection.gone));
    if (this.#scripts.unheard.length > 0) throw this.#scripts.unheard[0];
  }
}

/** Starts a server; every connection runs `script`. */
export async function startScriptedServer(
  script: Script,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const scripts = new Scripts(script, options);
  const server = createServer({ noDelay: true }, (socket) => scripts.accept(socket));
  const { listenOn = "127.0.0.1" } = options;
  const path = join(tmpdir(), `headrace-${randomUUID().slice(0, 8)}.sock`);
  server.listen(listenOn === "unix" ? { path } : { host: listenOn, port: 0 });
  await once(server, "listening");
  return new ScriptedServer(server, scripts, options);
}

/** Runs the script on every connection of a server. */
class Scripts {
  readonly connections: ScriptedConnection[] = [];
  readonly running: Promise<void>[] = [];
  /** What scripts threw where nobody listens. */
  readonly unheard: unknown[] = [];
  readonly #script: Script;
  readonly #options: ScriptedServerOptions;
  readonly #log: WireLog;

  constructor(script: Script, options: ScriptedServerOptions) {
    this.#script = script;
    this.#options = options;
    this.#log = options.log ?? createWireLog();
  }

  accept(socket: Socket): void {
    const connection = new ScriptedConnection(socket, this.connections.length + 1, this.#log);
    this.connections.push(connection);
    this.running.push(this.#run(connection));
  }

  async #run(connection: ScriptedConnection): Promise<void> {
    const { tls, onScriptError } = this.#options;
    try {
      if (tls !== undefined) await connection.startTls(tls);
      await this.#script(connection);
    } catch (error) {
      if (error instanceof ClientGone) return;
      this.#log.note(`conn ${connection.ordinal}`, `script failed: ${String(error)}`);
      if (onScriptError === undefined) this.unheard.push(error);
      else onScriptError(error);
      connection.rst();
    } finally {
      connection.scriptIsOver = true;
    }
  }
}
