import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { CursorStore } from "@headrace/core";

/** Where a consumer that may be killed keeps its cursor. */
export type StoreName = "file" | "sqlite" | "redis";

/** Opens the store. `place` is a file or, for Redis, its Unix socket. */
export async function openStore(name: StoreName, place: string): Promise<CursorStore> {
  if (name === "file") return fileStore(place);
  const { Keyv } = await import("keyv");
  if (name === "sqlite") return new Keyv({ store: new SqliteMap(place) });
  const { default: KeyvRedis } = await import("@keyv/redis");
  return new Keyv({ store: new KeyvRedis({ socket: { path: place, tls: false } }) });
}

/** One cursor in a file, replaced in one step. */
function fileStore(path: string): CursorStore {
  return {
    get: () => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
    set: (_, cursor) => {
      writeFileSync(`${path}.new`, cursor);
      renameSync(`${path}.new`, path);
    },
  };
}

/** As much of a `Map` as Keyv asks of a store, over a table. */
class SqliteMap {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = openDatabase(path);
    this.#database.exec("CREATE TABLE IF NOT EXISTS keyv (key TEXT PRIMARY KEY, value TEXT)");
  }

  get(key: string): unknown {
    return this.#database.prepare("SELECT value FROM keyv WHERE key = ?").get(key)?.["value"];
  }

  set(key: string, value: string): this {
    this.#database.prepare("REPLACE INTO keyv VALUES (?, ?)").run(key, value);
    return this;
  }

  delete(key: string): boolean {
    return this.#database.prepare("DELETE FROM keyv WHERE key = ?").run(key).changes > 0;
  }

  clear(): void {
    this.#database.exec("DELETE FROM keyv");
  }
}

/** A database that outlives the kill of its process; it is not asked to outlive the machine's. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  return database;
}
