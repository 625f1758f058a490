import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, headrace, spawnHeadrace } from "./headrace-process.ts";
import { readRecording } from "./recording.ts";
import { createRecordingServer } from "./serve-command.ts";

const text =
  "\uFEFF: first\r\nretry: 10\r\nid: 1\r\ndata: one\r\n\r\nid: ü2\ndata: two\n\ndata: three\n\nid: 4\ndata: four\n\ndata: cut";
const bytes = Buffer.from(text);

describe("a recording", () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createRecordingServer(readRecording(bytes), 0).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("is cut after each event; the parts are its bytes", () => {
    const events = readRecording(bytes);
    expect(events.map(({ lastEventId }) => lastEventId)).toEqual(["1", "ü2", "ü2", "4"]);
    expect(Buffer.concat(events.map((event) => event.bytes)).equals(bytes)).toBe(true);
    expect(Buffer.from(events[1]!.bytes).toString()).toBe("id: ü2\ndata: two\n\n");
    expect(readRecording(Buffer.from(": no event"))).toHaveLength(1);
  });

  test("is served byte for byte to any method, and to pages", async () => {
    for (const method of ["GET", "POST"]) {
      const response = await fetch(url, { method });
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    }
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: { "access-control-request-headers": "authorization" },
    });
    expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([204, "authorization"]);
  });

  test("goes on after the last event ID; at its end 204 ends an EventSource", async () => {
    const after = async (id: string): Promise<[number, string]> => {
      const response = await fetch(url, { headers: { "last-event-id": Buffer.from(id).toString("latin1") } });
      return [response.status, await response.text()];
    };
    expect(await after("1")).toEqual([200, "id: ü2\ndata: two\n\ndata: three\n\nid: 4\ndata: four\n\ndata: cut"]);
    expect(await after("ü2")).toEqual([200, "data: three\n\nid: 4\ndata: four\n\ndata: cut"]);
    expect(await after("4")).toEqual([204, ""]);
    expect((await after("unknown"))[0]).toBe(200);
  });
});

test("the command serves a file until Ctrl-C", async () => {
  const folder = await mkdtemp(join(tmpdir(), "headrace-cli-"));
  const file = join(folder, "a.sse");
  await writeFile(file, "data: a\n\ndata: b\n\n");
  const child = spawnHeadrace(["serve", file, "--interval", "1"]);
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  expect(line.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  expect(await headrace([line.toString().trim(), "--format", "data"])).toMatchObject({ stdout: "a\nb\n", status: 0 });
  child.kill("SIGINT");
  const { status, stderr } = await ended(child);
  expect(status).toBe(process.platform === "win32" ? null : 130);
  expect(stderr).toBe("serving 2 events, one every 1 ms; Ctrl-C ends it\n");
  await rm(folder, { recursive: true });
});
