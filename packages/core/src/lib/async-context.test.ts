import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { afterEach, expect, test, vi } from "vitest";
import { asyncContext } from "./async-context.ts";
import { forEachEvent } from "./for-each-event.ts";
import { openEventStream } from "./open-event-stream.ts";
import { bytes, head, scriptedTransport } from "./scripted-transport.ts";

afterEach(() => void vi.unstubAllGlobals());

const storage = new AsyncLocalStorage<string>();

/** A transport that calls its sink from the context of another, as a connection does that is kept; redirects once. */
function elsewhere() {
  const other = storage.run("of another call", () => new AsyncResource("socket"));
  const sent: unknown[] = [];
  const transport = scriptedTransport((request, sink) => {
    sent.push(storage.getStore());
    const moved = request.url.pathname === "/";
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        other.runInAsyncScope(() => {
          sink.head(moved ? head(request, { status: 302, headers: { location: "/there" } }) : head(request));
          if (!moved) void sink.body(bytes(": note\ndata: a\n\n"));
          resolve();
        });
      });
    });
  });
  return { transport, sent };
}

test("what the user gave is called in the context of the call, whatever that of the transport is", async () => {
  const { transport, sent } = elsewhere();
  const seen: unknown[] = [];
  const look = (): void => void seen.push(storage.getStore());
  const init = { transport, onResponse: look, onComment: look };
  await storage.run("mine", async () => {
    await forEachEvent("http://a.example/", init, look);
    for await (const _ of await openEventStream("http://a.example/", init)) look();
  });
  expect(seen).toEqual(Array.from({ length: 6 }, () => "mine"));
  expect(sent).toEqual(["mine", "mine", "mine", "mine"]);
});

test("where the host has no contexts there is none", async () => {
  vi.resetModules();
  vi.stubGlobal("process", undefined);
  const fresh = await import("./async-context.ts");
  expect(fresh.asyncContext()).toBeUndefined();
  expect(asyncContext()).toBeDefined();
});
