import { certificates, type Script, type ScriptedServer, startScriptedServer } from "@headrace/conformance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, headraceEach } from "./headrace-process.ts";

const ways: Record<string, string[]> = {
  curl: ["-t", "curl"],
  undici: ["-t", "undici"],
  fetch: ["-t", "fetch"],
  blocking: ["--blocking"],
};

const ok = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const event = "data: 1\n\n";

/** All that the commands have printed, and who waits for a part of it. */
let printed = "";
const waiting = new Map<string, () => void>();
let cuts = 0;

function onStdout(piece: string): void {
  printed += piece;
  for (const [part, resolve] of waiting) if (printed.includes(part)) resolve();
}

/** Sends one event and, once the command has printed it, cuts the connection: an error may overtake nothing. */
function cutAfterEvent(fields: string, then: "fin" | "rst"): Script {
  return async (connection) => {
    await connection.request();
    const data = `cut ${++cuts}.`;
    const event = `data: ${data}\n\n`;
    const chunked = fields.includes("chunked");
    const shown = new Promise<void>((resolve) => waiting.set(data, resolve));
    await connection.send(`${ok}${fields}\r\n\r\n`, chunked ? `${event.length.toString(16)}\r\n${event}\r\n` : event);
    await shown;
    connection[then]();
  };
}

function answer(text: string, then: "fin" | "rst" | "rest" = "fin"): Script {
  return async (connection) => {
    await connection.request();
    if (text !== "") await connection.send(text);
    connection[then]();
  };
}

interface Fault {
  script?: Script;
  tls?: boolean;
  args?: string[];
  url?: string;
  status: number;
  error: Record<string, unknown> | null;
  stdout?: string;
}

const line = '{"type":"message","data":"1","lastEventId":""}\n';
const json401 = '{"error":{"message":"no such key"}}';

const faults: Record<string, Fault> = {
  "a refused connection": { url: "closed", status: 7, error: { code: "connect", phase: "connect" } },
  "an unknown host": { url: `http://${"a".repeat(64)}.test/`, status: 6, error: { code: "dns", phase: "connect" } },
  "a reset before the head": { script: answer("", "rst"), status: 56, error: { code: "reset", phase: "head" } },
  "a reset in the body": {
    script: cutAfterEvent("Transfer-Encoding: chunked", "rst"),
    status: 56,
    error: { code: "reset", eventsDelivered: 1 },
    stdout: line,
  },
  "chunks cut short": {
    script: cutAfterEvent("Transfer-Encoding: chunked", "fin"),
    status: 18,
    error: { code: "truncated", eventsDelivered: 1 },
    stdout: line,
  },
  "a short length": {
    script: cutAfterEvent("Content-Length: 100", "fin"),
    status: 18,
    error: { code: "truncated" },
    stdout: line,
  },
  "401 with JSON": {
    script: answer(
      `HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: ${json401.length}\r\n\r\n${json401}`,
    ),
    status: 22,
    error: { code: "status", status: 401, body: json401 },
  },
  "a page of HTML": {
    script: answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 7\r\n\r\n<title>"),
    status: 23,
    error: { code: "content-type", body: "<title>" },
  },
  "204": { script: answer("HTTP/1.1 204 No Content\r\n\r\n"), status: 0, error: null },
  "a certificate of nobody": { script: () => {}, tls: true, status: 60, error: { code: "tls" } },
  "not HTTP": { script: answer("SSH-2.0-OpenSSH\r\n\r\n"), status: 8, error: { code: "protocol" } },
  "a redirect to a file": {
    script: answer("HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n"),
    status: 47,
    error: { code: "redirect" },
  },
  "silence before the head": {
    script: answer("", "rest"),
    args: ["--head-timeout", "0.05"],
    status: 28,
    error: { code: "timeout", phase: "head" },
  },
  "no first event": {
    script: answer(`${ok}\r\n`, "rest"),
    args: ["--first-event-timeout", "0.05"],
    status: 28,
    error: { code: "timeout", phase: "first-event" },
  },
  "silence in the body": {
    script: answer(`${ok}\r\n${event}`, "rest"),
    args: ["--idle-timeout", ".05"],
    status: 28,
    error: { code: "timeout", phase: "idle" },
    stdout: line,
  },
  "no end": {
    script: answer(`${ok}\r\n`, "rest"),
    args: ["-m", "0.1"],
    status: 28,
    error: { code: "timeout", phase: "total" },
  },
  "an event too large": {
    script: answer(`${ok}\r\ndata: ${"x".repeat(3000)}\n\n`, "rest"),
    args: ["--max-event-size", "1K"],
    status: 63,
    error: { code: "too-large" },
  },
  "an end before the terminal": {
    script: answer(`${ok}Content-Length: ${event.length}\r\n\r\n${event}`),
    args: ["--terminal", "[DONE]"],
    status: 18,
    error: { code: "incomplete", phase: "end" },
    stdout: line,
  },
  "an end inside an event": {
    script: answer(`${ok}Content-Length: 9\r\n\r\ndata: abc`),
    args: ["--eof", "error"],
    status: 18,
    error: { code: "incomplete", pending: "abc" },
  },
  "data that is not JSON": {
    script: answer(`${ok}Content-Length: 11\r\n\r\ndata: {a\n\n\n`),
    args: ["--parse"],
    status: 65,
    error: { code: "invalid-data", event: expect.objectContaining({ data: "{a" }) },
  },
  "a header with CR LF": {
    script: answer(`${ok}\r\n`),
    args: ["-H", "X-Test: a\r\nX-Injected: b"],
    status: 2,
    error: { code: "invalid-argument", phase: "arguments" },
  },
};

describe("each fault has the same status and the same error on every transport, and when blocking", () => {
  const servers: ScriptedServer[] = [];
  const results = new Map<string, Ended>();

  beforeAll(async () => {
    const { selfSigned } = await certificates();
    const commands: { key: string; args: string[] }[] = [];
    const closed = await startScriptedServer(() => {});
    await closed.close();
    for (const [name, { script, tls, args = [], url }] of Object.entries(faults)) {
      const server =
        script && (await startScriptedServer(script, tls ? { tls: selfSigned, onScriptError: () => {} } : {}));
      if (server) servers.push(server);
      for (const [way, flags] of Object.entries(ways)) {
        commands.push({
          key: `${name} ${way}`,
          args: [
            url === "closed" ? closed.url("/") : (url ?? server?.url("/") ?? ""),
            "--format",
            "json",
            ...flags,
            ...args,
          ],
        });
      }
    }
    const ends = await headraceEach(
      commands.map(({ args }) => args),
      onStdout,
    );
    commands.forEach(({ key }, at) => results.set(key, ends[at]!));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close().catch(() => {})));
  });

  for (const [name, { status, error, stdout = "" }] of Object.entries(faults)) {
    test.for(Object.keys(ways))(`${name}: %s`, (way) => {
      const ended = results.get(`${name} ${way}`)!;
      expect(ended.stdout.replace(/cut \d+\./, "1")).toBe(stdout);
      expect(ended.stderr).toMatch(error === null ? /^$/ : /^\{"error":\{"code":"[a-z-]+","message":".*\}\}\n$/);
      expect(JSON.parse(ended.stderr || "{}")).toMatchObject(error === null ? {} : { error });
      expect(ended.status).toBe(status);
    });
  }

  test("nothing is sent for a bad header", () => {
    const at = Object.keys(faults)
      .filter((name) => faults[name]?.script)
      .indexOf("a header with CR LF");
    expect(servers[at]?.connections).toHaveLength(0);
  });
});
