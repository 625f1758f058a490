import { expect, test } from "vitest";
import { forEachEvent, forEachEventSync } from "./for-each-event.ts";
import { openEventStream } from "./open-event-stream.ts";
import { request } from "./request.ts";
import { scriptedTransport, stream } from "./scripted-transport.ts";
import { subscribe } from "./subscribe/subscribe.ts";

test("options that are none are refused with `invalid-argument`", async () => {
  const transport = scriptedTransport(stream("data: a\n\n"));
  for (const init of [
    undefined,
    null,
    { transport, timeouts: null },
    { transport, timeouts: 5 },
    { transport, method: 5 },
  ]) {
    const bad = init as never;
    await expect(forEachEvent("http://a.example/", bad, () => {})).rejects.toMatchObject({ code: "invalid-argument" });
    expect(() => forEachEventSync("http://a.example/", bad, () => {})).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
    await expect(openEventStream("http://a.example/", bad)).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(request("http://a.example/", bad)).rejects.toMatchObject({ code: "invalid-argument" });
    await expect(subscribe("http://a.example/", bad)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "invalid-argument",
    });
  }
});
