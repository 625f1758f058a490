import { expect, test } from "vitest";
import { IdleConnections } from "./idle-connections.ts";

test("knows an origin for as long as a connection to it may be idle", () => {
  const idle = new IdleConnections();
  expect(idle.has("a")).toBe(false);
  idle.left("a", 1, 101);
  idle.left("a", 2, 102);
  idle.left("b", 3, 103);
  idle.taken("a", 1);
  expect(idle.has("a")).toBe(true);
  idle.taken("a", 2);
  expect([idle.has("a"), idle.has("b")]).toEqual([false, true]);
  idle.clear();
  expect(idle.has("b")).toBe(false);
});

test("a connection that was not idle says that none of those noted is alive", () => {
  const idle = new IdleConnections();
  idle.left("a", 1, 101);
  idle.left("a", 2, 102);
  idle.taken("a", 9);
  expect(idle.has("a")).toBe(false);
  idle.taken("a", 9);
});

test("tells the sockets of a connection that is taken, once", () => {
  const idle = new IdleConnections();
  idle.left("a", 1, 101);
  idle.left("b", 0, 102);
  idle.left("b", 0, 103);
  expect([...idle.taken("c", 1)]).toEqual([101]);
  expect([...idle.taken("a", 1)]).toEqual([]);
  expect([...idle.taken("b", 0)]).toEqual([102, 103]);
});
