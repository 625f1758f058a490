import { setImmediate } from "node:timers";
import { hasRoom, type Connection } from "./connection.ts";

/** Of idle connections so many stay in the process, whoever opened them. */
const MAX_IDLE = 256;
/** How many of the others are closed in a turn of the event loop: some 15 us each, and ten thousand may end at once. */
const CLOSED_A_TURN = 64;

/** Oldest first. */
const idleInProcess = new Map<Connection, ConnectionPool>();

/** Keeps connections for the next exchange: HTTP/1.1's while they are idle, HTTP/2's as long as they live. */
export class ConnectionPool {
  /** By key; a list may be empty while a connection is open. */
  readonly #idle = new Map<string, Connection[]>();
  /** All that are not closed. */
  readonly #open = new Set<Connection>();
  /** Of HTTP/2, those that new exchanges may share. */
  readonly #shared = new Set<Connection>();
  #closed = false;

  /** Keeps book of a new connection until it is closed. */
  add(connection: Connection): void {
    const { key, client, socket, wire } = connection;
    this.#open.add(connection);
    if (!wire) this.#shared.add(connection);
    const forget = (): void => {
      this.#take(connection);
      if (this.#idle.get(key)?.length === 0) this.#idle.delete(key);
      this.#open.delete(connection);
      this.#shared.delete(connection);
    };
    socket.once("close", forget);
    // When the server said GOAWAY, and the streams under way go on.
    if (!wire) client.once("disconnect", forget);
  }

  /** @returns a connection to use, the last that was: the least likely to have been closed by the server */
  take(key: string): Connection | undefined {
    for (const shared of this.#shared) if (shared.key === key && hasRoom(shared)) return shared;
    const connection = this.#idle.get(key)?.pop();
    if (connection) idleInProcess.delete(connection);
    return connection;
  }

  /** Takes a connection back when an exchange is over. It may be unusable by now. */
  give(connection: Connection): void {
    const { key, client, socket, wire } = connection;
    if (!wire || socket.destroyed || client.destroyed) return;
    if (this.#closed) return discard(connection);
    const idle = this.#idle.get(key);
    if (idle) idle.push(connection);
    else this.#idle.set(key, [connection]);
    idleInProcess.set(connection, this);
    shedLater();
  }

  /** Closes a connection. */
  drop(connection: Connection): void {
    this.#take(connection);
    discard(connection);
  }

  /** Closes idle connections now, the others when they are given back; `end` closes those too. */
  async close(end: boolean): Promise<void> {
    this.#closed = true;
    const ended = [...this.#open].filter((connection) => end || idleInProcess.has(connection));
    for (const connection of ended) this.#take(connection);
    await Promise.all(ended.map((connection) => connection.client.destroy()));
  }

  #take(connection: Connection): void {
    if (!idleInProcess.delete(connection)) return;
    const idle = this.#idle.get(connection.key) ?? [];
    idle.splice(idle.indexOf(connection), 1);
  }
}

let shedding = false;

function shedLater(): void {
  if (shedding || idleInProcess.size <= MAX_IDLE) return;
  shedding = true;
  setImmediate(() => {
    shedding = false;
    shed();
    shedLater();
  });
}

function shed(): void {
  let room = CLOSED_A_TURN;
  for (const [oldest, pool] of idleInProcess) {
    if (idleInProcess.size <= MAX_IDLE || room-- === 0) return;
    pool.drop(oldest);
  }
}

/**
 * What a socket is destroyed with. undici makes an error of its own for each that is destroyed without one, and Node writes
 * out the stack of each: one for all spares both (decisions/002).
 */
const discarded = new Error("the connection is not needed any more");

function discard({ socket }: Connection): void {
  socket.destroy(discarded);
}
