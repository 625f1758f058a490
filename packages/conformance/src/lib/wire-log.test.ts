import { expect, test } from "vitest";
import { createWireLog, describeWire } from "./wire-log.ts";

test("an entry says when, who, in which direction, and the bytes, escaped", () => {
  const log = createWireLog();
  log.note("client", "send GET http://127.0.0.1/");
  log.note("conn 1", "<", new Uint8Array([72, 13, 10, 0, 255, 34]));
  log.note("conn 1", "> FIN");
  log.note("conn 1", "< byte by byte", new Uint8Array([65]));
  expect(log.entries()).toEqual([
    { ms: expect.any(Number), who: "client", text: "send GET http://127.0.0.1/" },
    { ms: expect.any(Number), who: "conn 1", direction: "<", text: "", size: 6, bytes: String.raw`H\r\n\x00\xff\"` },
    { ms: expect.any(Number), who: "conn 1", direction: ">", text: "FIN" },
    { ms: expect.any(Number), who: "conn 1", direction: "<", text: "byte by byte", size: 1, bytes: "A" },
  ]);
  const lines = describeWire(log.entries()).split("\n");
  expect(lines[1]).toMatch(/^ +\d+\.\d {2}conn 1 {2}< 6 bytes "H\\r\\n\\x00\\xff\\""$/);
  expect(lines[3]).toMatch(/< byte by byte 1 bytes "A"$/);
});

test("a long log and long bytes are cut in the middle", () => {
  const log = createWireLog();
  for (let at = 0; at < 1000; at++) log.note("client", `event ${at}`, new Uint8Array(1_000_000));
  const entries = log.entries();
  expect(entries).toHaveLength(81);
  expect(entries.map(({ text }) => text)).toEqual(
    expect.arrayContaining(["event 0", "event 39", "(920 more, left out)", "event 960", "event 999"]),
  );
  expect(JSON.stringify(entries).length).toBeLessThan(100_000);
});

test("a flood of equal pieces is one event, short pieces are events of their own", () => {
  const log = createWireLog();
  for (let piece = 0; piece < 100; piece++) log.note("conn 1", "<", new Uint8Array(65_536));
  for (let piece = 0; piece < 2; piece++) log.note("conn 1", "<", new Uint8Array([97]));
  log.note("conn 2", "<", new Uint8Array([97]));
  const entries = log.entries();
  expect(entries.map(({ size, times }) => [size, times])).toEqual([
    [65_536, 100],
    [1, undefined],
    [1, undefined],
    [1, undefined],
  ]);
  expect(describeWire(entries).split("\n")[0]).toMatch(/ < 65536 bytes "[^\n]*" \(100 times\)$/);
});
