import { expect, test } from "vitest";
import { IdleConnections } from "./idle-connections.ts";

test("knows an origin for as long as a connection to it may be idle", () => {
  const idle = new IdleConnections();
  expect(idle.has("a")).toBe(false);
  idle.left("a", 1);
  idle.left("a", 2);
  idle.left("b", 3);
  idle.taken("a", 1);
  expect(idle.has("a")).toBe(true);
  idle.taken("a", 2);
  expect([idle.has("a"), idle.has("b")]).toEqual([false, true]);
  idle.clear();
  expect(idle.has("b")).toBe(false);
});

test("a connection that was not idle says that none of those noted is alive", () => {
  const idle = new IdleConnections();
  idle.left("a", 1);
  idle.left("a", 2);
  idle.taken("a", 9);
  expect(idle.has("a")).toBe(false);
  idle.taken("a", 9);
});
