import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Ended, ended, headraceEach, spawnHeadrace } from "./headrace-process.ts";

const windows = process.platform === "win32";

/** The `Last-Event-ID` of each request, by path. */
const asked = new Map<string, (string | undefined)[]>();
/** Answers that wait for the test. */
const held = new Map<string, (response: ServerResponse) => void>();
let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "headrace-reconnect-"));
  server = createServer((request, response) => {
    const path = request.url ?? "";
    const lastEventId = request.headers["last-event-id"] as string | undefined;
    asked.set(path, [...(asked.get(path) ?? []), lastEventId]);
    if (path.startsWith("/503")) response.writeHead(503).end(`you sent ${String(request.headers["x-api-key"])}`);
    else answer(path, Number(lastEventId ?? 0), response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const event = (id: number): string => `id: ${id}\ndata: ${id}\n\n`;

/** Two events after the last one; the connection is cut, or ends. */
function answer(path: string, last: number, response: ServerResponse): void {
  const [, kind = ""] = path.split("/");
  if (kind === "204-after-4" && last >= 4) return void response.writeHead(204).end();
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (kind === "nothing") return void response.end();
  const start = `retry: 0\n\n${event(last + 1)}`;
  if (kind === "many")
    return void response.write(Array.from({ length: 300 }, (_, at) => event(last + 1 + at)).join(""));
  if (kind === "held") return void response.write(start, () => held.get(path)?.(response));
  response.write(start + event(last + 2), () => {
    if (kind === "cut") setImmediate(() => response.destroy());
    else response.end();
  });
}

const file = (name: string): string => join(folder, name);

/** Starts the command; resolves when the server's answer is held back after one event, and that is printed. */
async function heldCall(name: string, args: string[]) {
  const answered = new Promise<ServerResponse>((resolve) => held.set(`/held/${name}`, resolve));
  const child = spawnHeadrace([`${origin}/held/${name}`, ...args]);
  const stderr = text(child.stderr!);
  const [response] = await Promise.all([answered, once(child.stdout!, "data")]);
  return { child, response, end: once(child, "exit").then(async ([status]) => ({ status, stderr: await stderr })) };
}

describe("--reconnect", () => {
  let ends: Record<string, Ended>;
  beforeAll(async () => {
    const commands: Record<string, string[]> = {
      person: [`${origin}/cut/person`, "--reconnect", "--max-events", "5"],
      silent: [`${origin}/cut/silent`, "--reconnect", "--max-events", "3", "-s"],
      json: [`${origin}/ends/json`, "--reconnect", "--max-events", "3", "--format", "json", "--stats"],
      jsonCut: [`${origin}/cut/json`, "--reconnect", "--max-events", "3", "--format", "json"],
      curl: [`${origin}/cut/curl`, "--reconnect", "--max-events", "3", "--format", "data", "-t", "curl"],
      ended: [`${origin}/204-after-4`, "--reconnect", "--format", "data"],
      terminal: [`${origin}/ends/terminal`, "--reconnect", "--terminal", "4", "--format", "data"],
      total: [`${origin}/ends/total`, "--reconnect", "-m", "0.1", "--format", "json"],
      refused: [`${origin}/503/refused`, "--reconnect", "--retry", "0"],
      nothing: [`${origin}/nothing`, "--reconnect", "--retry", "0"],
      secret: [
        `${origin}/503/secret?key=sk-very-secret`,
        "--reconnect",
        "-H",
        "x-api-key: sk-very-secret",
        "-m",
        "0.1",
      ],
      blocking: [`${origin}/none`, "--reconnect", "--blocking"],
      raw: [`${origin}/none`, "--reconnect", "--format", "raw"],
      comments: [`${origin}/none`, "--reconnect", "--comments"],
    };
    const names = Object.keys(commands);
    const third = (at: number): string[] => names.filter((_, index) => index % 3 === at);
    const groups = await Promise.all([0, 1, 2].map((at) => headraceEach(third(at).map((name) => commands[name]!))));
    ends = Object.fromEntries(groups.flatMap((group, at) => group.map((end, index) => [third(at)[index]!, end])));
  }, 30_000);

  test("goes on from the event last printed, and counts the events of all connections", () => {
    expect(ends["person"]).toMatchObject({
      status: 0,
      stdout: "message #1  1\nmessage #2  2\nmessage #3  3\nmessage #4  4\nmessage #5  5\n",
    });
    expect(asked.get("/cut/person")).toEqual([undefined, "2", "4"]);
    expect(ends["curl"]).toMatchObject({ status: 0, stdout: "1\n2\n3\n" });
  });

  test("a person sees that it does, when and why; -s is silent", () => {
    const line = /^reconnecting in 0\.[5-8] s: (truncated|reset): .* after 2 events .*$/;
    const lines = ends["person"]!.stderr.split("\n");
    expect(lines).toEqual([expect.stringMatching(line), expect.stringMatching(line), ""]);
    expect(ends["silent"]).toMatchObject({ status: 0, stderr: "", stdout: expect.stringContaining("#3") });
  });

  test("a program reads a line of JSON", () => {
    const [line = "", stats = ""] = ends["json"]!.stderr.split("\n");
    expect(JSON.parse(line)).toEqual({
      reconnecting: { attempt: 2, delay: expect.any(Number), lastEventId: "2" },
    });
    expect(JSON.parse(stats)).toMatchObject({ stats: { events: 3, connections: 2 } });
    expect(JSON.parse(ends["jsonCut"]!.stderr)).toMatchObject({
      reconnecting: {
        error: { code: expect.stringMatching(/^(truncated|reset)$/), phase: "body", eventsDelivered: 2 },
      },
    });
  });

  test("ends well on 204 and after the terminal, and with the total time", () => {
    expect(ends["ended"]).toMatchObject({ status: 0, stdout: "1\n2\n3\n4\n" });
    expect(ends["terminal"]).toMatchObject({ status: 0, stdout: "1\n2\n3\n" });
    expect(ends["total"]).toMatchObject({ status: 28, stderr: expect.stringContaining('"phase":"total"') });
  });

  test("--retry is how often in a row; the status is the last cause's", () => {
    expect(ends["refused"]).toMatchObject({ status: 22, stderr: expect.stringMatching(/^headrace: gave-up: .*503/) });
    expect(asked.get("/503/refused")).toHaveLength(1);
    expect(ends["nothing"]).toMatchObject({ status: 18, stderr: expect.stringContaining("gave-up") });
  });

  test.for([
    ["blocking", /leave out --reconnect/],
    ["raw", /another format/],
    ["comments", /leave out --comments/],
  ] as const)("%s is refused, and nothing is sent", ([name, message]) => {
    expect(ends[name]).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
    expect(asked.has("/none")).toBe(false);
  });

  test.skipIf(windows)("Ctrl-C ends it while it waits; no line holds a secret", async () => {
    const path = "/503/wait?key=sk-very-secret";
    const child = spawnHeadrace([origin + path, "--reconnect", "--format", "json", "-H", "x-api-key: sk-very-secret"]);
    const end = ended(child);
    await once(child.stderr!, "data");
    child.kill("SIGINT");
    const { status, stderr } = await end;
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringMatching(/^\{"reconnecting":\{.*"code":"status".*"body":"you sent \[redacted\]"\}\}\}\n$/),
    });
    expect(stderr).not.toContain("sk-very-secret");
    expect(asked.get(path)).toHaveLength(1);
  });
});

describe("--cursor-file", () => {
  test("each run goes on where the one before it ended", async () => {
    const cursor = file("runs");
    const flags = ["--cursor-file", cursor, "--format", "data", "--max-events"];
    const ends = await headraceEach([
      [`${origin}/ends/runs`, ...flags, "1", "--last-event-id", "6"],
      [`${origin}/ends/runs`, ...flags, "2", "--last-event-id", "99"],
      [`${origin}/cut/runs`, ...flags, "3", "--reconnect", "-t", "fetch"],
      [`${origin}/ends/runs`, ...flags.slice(0, 4), "--blocking"],
      [`${origin}/ends/runs`, "--cursor-file", cursor, "--format", "raw", "-s"],
    ]);
    expect(ends.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
    expect(ends.slice(0, 4).map(({ stdout }) => stdout)).toEqual(["7\n", "8\n9\n", "10\n11\n12\n", "13\n14\n"]);
    expect(ends[4]?.stdout).toBe(`retry: 0\n\n${event(15)}${event(16)}`);
    expect(readFileSync(cursor, "utf8")).toBe("16\n");
  });

  test(
    "killed at any time, the next run leaves out nothing and prints one event twice at most",
    { timeout: 20_000 },
    async () => {
      const flags = [`${origin}/many`, "--reconnect", "--format", "data", "--cursor-file", file("killed")];
      const runs: number[][] = [];
      for (const killAt of [1, 1 + Math.floor(Math.random() * 200), 250]) {
        const child = spawnHeadrace(flags);
        const lines: number[] = [];
        for await (const line of createInterface(child.stdout!))
          if (lines.push(Number(line)) === killAt) child.kill("SIGKILL");
        runs.push(lines);
      }
      let last = 0;
      for (const lines of runs) {
        const first = lines[0] ?? 0;
        expect(last === 0 ? [1] : [last, last + 1]).toContain(first);
        expect(lines).toEqual(Array.from({ length: lines.length }, (_, at) => first + at));
        last = lines.at(-1) ?? last;
      }
      expect(last).toBeGreaterThan(250);
    },
  );

  test("it never names an event that could not be printed", async () => {
    const cursor = file("reader-left");
    const { child, response, end } = await heldCall("reader-left", ["--cursor-file", cursor, "--reconnect"]);
    child.stdout!.destroy();
    response.write(event(2));
    expect(await end).toEqual({ status: 0, stderr: "" });
    expect(readFileSync(cursor, "utf8")).toBe("1\n");
  });

  test.each([
    ["", []],
    [", with the last event of --max-events, too", ["--max-events", "2"]],
  ])("one that can no longer be written ends it, as output does%s", async (_, flags) => {
    const own = mkdtempSync(join(folder, "own-"));
    const cursor = join(own, "cursor");
    const { response, end } = await heldCall(`gone${flags.length}`, ["--cursor-file", cursor, ...flags]);
    await vi.waitFor(() => expect(readFileSync(cursor, "utf8")).toBe("1\n"));
    rmSync(own, { recursive: true });
    response.write(event(2));
    expect(await end).toEqual({ status: 1, stderr: "headrace: cannot write the cursor file: ENOENT\n" });
  });

  test("a link's target is replaced, an empty file is none", async () => {
    writeFileSync(file("target"), "", { mode: 0o600 });
    if (!windows) symlinkSync(file("target"), file("link"));
    await headraceEach([[`${origin}/ends/link`, "--cursor-file", windows ? file("target") : file("link")]]);
    expect(asked.get("/ends/link")).toEqual([undefined]);
    expect(readFileSync(file("target"), "utf8")).toBe("2\n");
  });

  test("one that cannot be used is refused, and nothing is sent", async () => {
    writeFileSync(file("lines"), "1\n2\n");
    writeFileSync(file("bytes"), new Uint8Array([0xff, 0xfe]));
    const unusable = [folder, join(folder, "none", "cursor"), file("lines"), file("bytes")];
    const ends = await headraceEach(unusable.map((path) => [`${origin}/unused`, "--cursor-file", path]));
    for (const end of ends) {
      expect(end).toMatchObject({ status: 2, stdout: "" });
      expect(end.stderr).toMatch(/--cursor-file cannot be used: (it is|it holds|ENOENT)/);
    }
    expect(asked.has("/unused")).toBe(false);
    expect(readFileSync(file("lines"), "utf8")).toBe("1\n2\n");
  });
});
