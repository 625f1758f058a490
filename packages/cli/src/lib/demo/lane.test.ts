import { describe, expect, test } from "vitest";
import { createCompletion } from "./completion.ts";
import { createLane, findFault, type Lane, receive } from "./lane.ts";
import { columnWidth, shortVersion, sideBySide } from "./side-by-side.ts";

const sent = createCompletion();

function whole(): Lane {
  const lane = createLane("curl", "libcurl/8.1 OpenSSL/3");
  for (const data of sent.data) receive(lane, { kind: "event", data, at: 5 });
  receive(lane, { kind: "end", bytes: sent.byteLength, completed: true, at: 1000 });
  return lane;
}

describe("a lane", () => {
  test("that received everything has no fault", () => {
    expect(findFault(whole(), sent)).toBeUndefined();
    expect(whole().text).toBe(sent.text);
  });

  test.each<[string, (lane: Lane) => void]>([
    ["an event missing", (lane) => void lane.data.pop()],
    ["an event twice", (lane) => void lane.data.push(lane.data[0]!)],
    ["an event changed", (lane) => void (lane.data[3] = lane.data[3]!.replace("mill", "mi1l"))],
    ["a text changed", (lane) => void (lane.text += " ")],
    ["a byte missing", (lane) => void lane.bytes--],
    ["no end", (lane) => void (lane.completed = false)],
    ["a failure", (lane) => receive(lane, { kind: "failure", message: "reset", at: 9 })],
  ])("with %s has one", (_, damage) => {
    const lane = whole();
    damage(lane);
    expect(findFault(lane, sent)).toEqual(expect.any(String));
  });
});

describe("side by side", () => {
  const plain = { width: 24, paint: (_: string, text: string) => text };

  test("a frame has as many lines at the start as at the end, none wider than the terminal", () => {
    const start = sideBySide([createLane("a", "1"), createLane("b", "2")], sent, plain);
    const end = sideBySide([whole(), whole()], sent, plain);
    expect(start).toHaveLength(end.length);
    for (const line of end) expect(line.length).toBeLessThanOrEqual(2 + 24 + 3 + 24);
    expect(end.at(-1)).toMatch(/✓ byte for byte +✓ byte for byte$/);
  });

  test("a fault stands under its lane, cut to its width", () => {
    const lost = whole();
    receive(lost, { kind: "failure", message: "reset: the connection was lost in the body", at: 9 });
    expect(sideBySide([lost, whole()], sent, plain).at(-1)).toBe("  ✗ reset: the connection    ✓ byte for byte");
  });

  test("needs room", () => {
    expect(columnWidth(80, 4)).toBeUndefined();
    expect(columnWidth(100, 4)).toBe(22);
    expect(shortVersion("libcurl/8.1 OpenSSL/3 zlib/1", 22)).toBe("libcurl/8.1 OpenSSL/3");
  });
});
