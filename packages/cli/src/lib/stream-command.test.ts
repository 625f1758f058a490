import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, headrace, headraceEach } from "./headrace-process.ts";

/** What the server saw of each request, by path. */
const seen = new Map<string, { method: string; headers: Record<string, unknown>; body: string; url: string }>();

const stream =
  ': ping\n\nevent: greeting\nid: 7\ndata: {"n":12345678901234567890}\n\ndata: two\ndata: lines\n\ndata: [DONE]\n\n';

let server: Server;
let origin: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headrace-cli-"));
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const path = request.url?.split("?")[0] ?? "";
  seen.set(path, { method: request.method ?? "", headers: request.headers, body, url: request.url ?? "" });
  if (path === "/redirect")
    return void response.writeHead(307, { location: `/redirected${request.url?.slice(path.length)}` }).end();
  if (path === "/quiet") return void response.writeHead(200, { "content-type": "text/event-stream" }).end(": ping\n\n");
  if (path === "/204") return void response.writeHead(204).end();
  if (path === "/echo") return void response.writeHead(401).end([request.url, ...request.rawHeaders].join("\n"));
  if (path === "/empty") return void response.writeHead(401).end();
  if (path === "/401") {
    return void response
      .writeHead(401, { "content-type": "text/plain" })
      .end(`no \x1b[31m${request.headers.authorization}`);
  }
  const gzip = request.headers["accept-encoding"]?.includes("gzip");
  response.writeHead(200, { "content-type": "text/event-stream", ...(gzip && { "content-encoding": "gzip" }) });
  response.end(gzip ? gzipSync(stream) : stream);
}

async function run(commands: Record<string, string[]>): Promise<Record<string, Ended>> {
  const ends = await headraceEach(Object.values(commands));
  return Object.fromEntries(Object.keys(commands).map((name, at) => [name, ends[at]!]));
}

const events = [
  '{"type":"greeting","data":"{\\"n\\":12345678901234567890}","lastEventId":"7","id":"7"}',
  '{"type":"message","data":"two\\nlines","lastEventId":"7"}',
  '{"type":"message","data":"[DONE]","lastEventId":"7"}',
];

describe("formats", () => {
  let ends: Record<string, Ended>;
  beforeAll(async () => {
    const json = [origin, "--format", "json"];
    for (const name of ["quiet", "204", "401"]) await writeFile(join(folder, `${name}.txt`), "of an earlier run");
    ends = await run({
      text: [origin],
      comments: [origin, "--comments"],
      data: [origin, "--format=data"],
      raw: [origin, "--format", "raw"],
      blockingRaw: [origin, "--format", "raw", "--blocking"],
      gzip: [origin, "--format", "raw", "--compressed"],
      json,
      curl: [...json, "-t", "curl"],
      fetch: [...json, "-t", "fetch"],
      blocking: [...json, "--blocking"],
      jsonComments: [...json, "--comments"],
      terminal: [...json, "--terminal", "[DONE]"],
      terminalType: [...json, "--terminal", "type:greeting"],
      two: [...json, "--max-events", "2"],
      parse: [...json, "--parse", "--max-events", "1"],
      stats: [...json, "--stats", "--max-events", "1"],
      include: [origin, "-i", "--max-events=1"],
      file: [origin, "--format", "data", "-o", join(folder, "out.txt")],
      quietFile: [`${origin}/quiet`, "-o", join(folder, "quiet.txt")],
      emptyFile: [`${origin}/204`, "-o", join(folder, "204.txt")],
      failedFile: [`${origin}/401`, "-o", join(folder, "401.txt")],
      noFolder: [origin, "-o", join(folder, "none", "out.txt")],
    });
  });

  test("text: type, id and data, plain when piped", () => {
    expect(ends["text"]).toMatchObject({
      stdout: 'greeting #7  {"n":12345678901234567890}\nmessage  two\n         lines\nmessage  [DONE]\n',
      stderr: "",
      status: 0,
    });
    expect(ends["comments"]?.stdout).toMatch(/^: ping\ngreeting #7 /);
  });

  test.for(["json", "curl", "fetch", "blocking"])("json over %s: one object a line", (name) => {
    expect(ends[name]).toMatchObject({ stdout: `${events.join("\n")}\n`, stderr: "", status: 0 });
  });

  test("json: comments in their place, parsed data as it stands, the terminal consumed", () => {
    expect(ends["jsonComments"]?.stdout).toBe(`{"comment":"ping"}\n${events.join("\n")}\n`);
    expect(ends["terminal"]?.stdout).toBe(`${events.slice(0, 2).join("\n")}\n`);
    expect(ends["terminalType"]?.stdout).toBe(`${events[0]}\n`);
    expect(ends["two"]?.stdout).toBe(`${events.slice(0, 2).join("\n")}\n`);
    expect(ends["parse"]?.stdout).toBe(`${events[0]!.slice(0, -1)},"json":{"n":12345678901234567890}}\n`);
    expect(ends["stats"]?.stderr).toMatch(
      /^\{"stats":\{"head":[\d.]+,"firstEvent":[\d.]+,"duration":[\d.]+,"events":1,.*\}\}\n$/,
    );
  });

  test("data and raw", () => {
    expect(ends["data"]?.stdout).toBe('{"n":12345678901234567890}\ntwo\nlines\n[DONE]\n');
    for (const name of ["raw", "blockingRaw", "gzip"]) expect(ends[name]).toMatchObject({ stdout: stream, status: 0 });
  });

  test("-i prints the head, -o writes a file", async () => {
    expect(ends["include"]?.stdout).toMatch(
      /^HTTP\/1.1 200 OK\n(.+: .+\n)*content-type: text\/event-stream\n(.+: .+\n)*\ngreeting #7 /,
    );
    expect(ends["file"]).toMatchObject({ stdout: "", status: 0 });
    expect(await readFile(join(folder, "out.txt"), "utf8")).toBe(ends["data"]?.stdout);
    expect(ends["noFolder"]).toMatchObject({ status: 1, stderr: "headrace: cannot write the output: ENOENT\n" });
  });

  test.for<[string, number, string, string]>([
    ["quietFile", 0, "quiet.txt", ""],
    ["emptyFile", 0, "204.txt", ""],
    ["failedFile", 22, "401.txt", "of an earlier run"],
  ])("-o leaves nothing of an earlier run behind a good end without events: %s", async ([name, status, file, left]) => {
    expect(ends[name]).toMatchObject({ stdout: "", status });
    expect(await readFile(join(folder, file), "utf8")).toBe(left);
  });
});

describe("requests, as curl makes them", () => {
  beforeAll(async () => {
    await writeFile(join(folder, "body.json"), '{"a":\r\n1}\n');
    await writeFile(join(folder, "headers.txt"), "X-One: 1\r\n\r\nX-Two: 2\r\n");
    const file = `@${join(folder, "body.json")}`;
    await run({
      get: [
        `${origin.replace("http://", "")}/get?q=http://to/`,
        "-sNL",
        "--tlsv1.2",
        "-A",
        "me/1",
        "-e",
        "http://from/",
        "-b",
        "a=b;",
        "-b",
        "c=d",
      ],
      post: [`${origin}/post`, "-d", "a=1", "--data-raw", "@b", "--data-urlencode", "c=ü &"],
      strip: [`${origin}/strip`, "-d", file],
      binary: [`${origin}/binary`, "--data-binary", file, "-XPUT", "-H", "Content-Type: text/x"],
      json: [`${origin}/json`, "--json", '{"a"', "--json", ":1}", "-u", "me:pässword"],
      query: [`${origin}/query?a=1#frag`, "-G", "-d", "b=2", "--data-urlencode", "c=3 4"],
      headers: [
        `${origin}/headers`,
        "-H",
        `@${join(folder, "headers.txt")}`,
        "-H",
        "X-Empty;",
        "-H",
        "X-Umlaut: ü",
        "--oauth2-bearer=t0ken",
      ],
      removed: [
        `${origin}/removed`,
        "-d",
        "x",
        "-H",
        "Content-Type:",
        "-H",
        "Accept-Encoding: gzip;q=1, nope",
        "-H",
        "TE: trailers",
      ],
      form: [
        `${origin}/form`,
        "-F",
        "model=whisper",
        "-F",
        `file=${file};type=text/y`,
        "-H",
        "Content-Type: multipart/form-data",
      ],
      dash: [`${origin}/dash`, "--data-raw", "------WebKitFormBoundary\r\n"],
      redirect: [`${origin}/redirect`, "-d", "kept"],
      resume: [`${origin}/resume`, "--last-event-id", "…9"],
    });
  });

  test.for<[string, string, string, string, Record<string, unknown>]>([
    [
      "get",
      "GET",
      "",
      "/get?q=http://to/",
      {
        "user-agent": "me/1",
        referer: "http://from/",
        cookie: "a=b; c=d",
        accept: "text/event-stream",
        "accept-encoding": "identity",
      },
    ],
    ["post", "POST", "a=1&@b&c=%C3%BC%20%26", "/post", { "content-type": "application/x-www-form-urlencoded" }],
    ["strip", "POST", '{"a":1}', "/strip", {}],
    ["binary", "PUT", '{"a":\r\n1}\n', "/binary", { "content-type": "text/x" }],
    [
      "json",
      "POST",
      '{"a":1}',
      "/json",
      {
        "content-type": "application/json",
        accept: "text/event-stream, application/json;q=0.9",
        authorization: `Basic ${btoa("me:pÃ¤ssword")}`,
      },
    ],
    ["query", "GET", "", "/query?a=1&b=2&c=3%204", {}],
    [
      "headers",
      "GET",
      "",
      "/headers",
      { "x-one": "1", "x-two": "2", "x-empty": "", "x-umlaut": "Ã¼", authorization: "Bearer t0ken" },
    ],
    ["removed", "POST", "x", "/removed", { "content-type": undefined, te: undefined, "accept-encoding": "gzip;q=1" }],
    ["dash", "POST", "------WebKitFormBoundary\r\n", "/dash", {}],
    ["redirected", "POST", "kept", "/redirected", {}],
    ["resume", "GET", "", "/resume", { "last-event-id": "â\x80¦9" }],
  ])("%s", ([path, method, body, url, headers]) => {
    const request = seen.get(`/${path}`);
    expect(request).toMatchObject({ method, body, url });
    for (const [name, value] of Object.entries(headers)) expect(request?.headers[name]).toBe(value);
  });

  test("form", () => {
    const request = seen.get("/form");
    const [, boundary] = /^multipart\/form-data; ?boundary=(.+)$/.exec(String(request?.headers["content-type"])) ?? [];
    expect(request?.body).toContain(`--${boundary}`);
    expect(request?.body).toMatch(/name="model"\r\n\r\nwhisper\r\n/);
    expect(request?.body).toMatch(/name="file"; filename="body.json"\r\nContent-Type: text\/y\r\n\r\n\{"a":\r\n1\}\n/i);
  });
});

describe("what a person is told", () => {
  let ends: Record<string, Ended>;
  beforeAll(async () => {
    const key = "sk-very-secret";
    ends = await run({
      unauthorized: [`${origin}/401`, "-H", `Authorization: Bearer ${key}`],
      unauthorizedJson: [`${origin}/401`, "-H", `Authorization: Bearer ${key}`, "--format", "json"],
      raw: [`${origin}/401`, "--format", "raw", "-i"],
      echo: [`${origin.replace("//", `//me:${key}@`)}/echo?key=${key}&alt=sse`],
      echoJson: [`${origin}/echo?key=status`, "--format", "json"],
      empty: [`${origin}/empty`],
      emptyJson: [`${origin}/empty`, "--format", "json"],
      silent: [`${origin}/401`, "-s"],
      shown: [`${origin}/401`, "-sS"],
      verbose: [
        `${origin}/redirect?key=${key}`,
        "-v",
        "-H",
        `X-Api-Key: ${key}`,
        "-H",
        "connection: keep-alive",
        "--max-events",
        "1",
      ],
      userinfo: [`http://me:${key}@127.0.0.1:1/`],
      unknown: [origin, `--authorisation=${key}`],
      refused: [origin, "-sI"],
      refusedLong: [origin, "--proto", "=https", "--tlsv1.2"],
      unquoted: [origin, "-H", "Authorization:", "Bearer", key],
      noUrl: ["-s", "-S"],
      noUrlJson: ["--format", "json"],
      notSeconds: [origin, "-m", "soon"],
      noTransport: [origin, "-t", "wget"],
      noModule: [origin, "-t", "./none.js"],
      cookieFile: [origin, "-b", "cookies.txt"],
      certificate: [origin, "--cert", "client.pem:password"],
      missingFile: [origin, "-d", "@none.json"],
      cannotBlock: [origin, "--blocking", "-t", "undici"],
      deadProxy: [origin, "-x", `http://me:${key}@127.0.0.1:1`, "-v"],
      cannotProxy: [origin, "-t", "fetch", "-x", "http://127.0.0.1:9"],
      commentsAsData: [origin, "--format", "data", "--comments"],
    });
  });

  test("401: the server's words, what to do, and no secret", () => {
    expect(ends["unauthorized"]?.stderr).toMatch(
      /^headrace: status: .*401.*\nno ␛\[31m\[redacted\]\n→ check the credentials.*\n$/,
    );
    const { error } = JSON.parse(ends["unauthorizedJson"]!.stderr) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code: "status", status: 401, body: "no \x1b[31m[redacted]" });
    expect(ends["raw"]).toMatchObject({ stdout: "", status: 22 });
    expect(ends["silent"]).toMatchObject({ stderr: "", status: 22 });
    expect(ends["shown"]?.stderr).toMatch(/^headrace: status/);
  });

  test("what a server echoes of the URL's secrets is redacted, for programs too", () => {
    expect(ends["echo"]?.stderr).toContain("\n/echo?key=[redacted]&alt=sse\n");
    expect(ends["echo"]?.stderr).toMatch(/\nauthorization\n\[redacted\]\n/);
    expect(JSON.parse(ends["echoJson"]!.stderr)).toMatchObject({
      error: {
        code: "status",
        status: 401,
        body: expect.stringMatching(/^\/echo\?key=\[redacted\]\n/),
      },
    });
  });

  test("no body is shown or spoken of where there is none", () => {
    expect(ends["empty"]?.stderr).toMatch(/^headrace: status: .*401.*\n→ check the credentials.*\n$/);
    expect(ends["empty"]?.stderr).not.toContain("body");
    expect(JSON.parse(ends["emptyJson"]!.stderr)).toMatchObject({
      error: { message: expect.not.stringContaining("body"), body: "" },
    });
  });

  test("-v shows each request and response, the secrets redacted", () => {
    const lines = ends["verbose"]!.stderr;
    expect(lines).toMatch(/^\* over undici, undici\/\d/);
    expect(lines).toContain("* connection is left out");
    expect(lines).toContain("> GET /redirect?key=…\n");
    expect(lines).toContain("> x-api-key: [redacted]\n");
    expect(lines).toContain("< HTTP/1.1 307 Temporary Redirect\n");
    expect(lines).toContain("< location: /redirected?key=[redacted]\n");
    expect(lines).toContain("> GET /redirected?key=…\n");
    expect(lines).toContain("< content-type: text/event-stream\n");
  });

  test("where a proxy is in the way it is named, the environment's too", async () => {
    const named =
      /\* through the proxy http:\/\/127\.0\.0\.1:1\n.*connect: .*→ it went through the proxy http:\/\/127\.0\.0\.1:1: -x '' /s;
    expect(ends["deadProxy"]?.stderr).toMatch(named);
    expect((await headrace([origin, "-v"], { env: { http_proxy: "127.0.0.1:1" } })).stderr).toMatch(named);
    const exempt = { http_proxy: "127.0.0.1:1", no_proxy: "127.0.0.1" };
    expect((await headrace([origin, "-v"], { env: exempt })).stderr).not.toContain("proxy");
  });

  test("no output quotes a secret", () => {
    for (const { stdout, stderr } of Object.values(ends)) expect(stdout + stderr).not.toContain("sk-very-secret");
  });

  test.for<[string, number, RegExp]>([
    ["unknown", 2, /unknown flag --authorisation/],
    ["refused", 2, /curl's -I is not there: .*-v/],
    ["refusedLong", 2, /curl's --proto is not there: .*https:/],
    ["unquoted", 2, /lacking its quotes/],
    ["noUrl", 2, /give a URL/],
    ["noUrlJson", 2, /^\{"error":\{"code":"invalid-argument","message":"give a URL.*"phase":"arguments"/],
    ["notSeconds", 2, /number of seconds/],
    ["noTransport", 2, /no transport is called "wget": choose one of curl, undici, node, fetch/],
    ["noModule", 2, /there is no module/],
    ["cookieFile", 2, /not a file/],
    ["certificate", 2, /without a password/],
    ["missingFile", 2, /cannot read "none.json": ENOENT/],
    ["cannotBlock", 4, /undici cannot block/],
    ["cannotProxy", 4, /unsupported/],
    ["commentsAsData", 2, /no place for --comments/],
  ])("%s: status %d", ([name, status, message]) => {
    expect(ends[name]).toMatchObject({ status, stdout: "" });
    expect(ends[name]?.stderr).toMatch(message);
  });
});
