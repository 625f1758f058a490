import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, headrace, shell, spawnHeadrace, spawnShell } from "./headrace-process.ts";

const windows = process.platform === "win32";
const hasJq = spawnSync("jq", ["--version"]).status === 0;

/** Settled when the connection of a test is closed. */
let closed = deferred();
/** Bytes of each endless stream, by its target. */
const sent = new Map<string, number>();
let server: Server;
let origin: string;

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  return { promise: new Promise((settle) => (resolve = settle)), resolve };
}

function streamForEver(target: string, response: ServerResponse): void {
  const event = `data: ${"x".repeat(1000)}\n\n`;
  let open = true;
  response.once("close", () => (open = false));
  const write = (): void => {
    while (open) {
      sent.set(target, (sent.get(target) ?? 0) + event.length);
      if (!response.write(event)) return void response.once("drain", write);
    }
  };
  write();
}

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.once("close", closed.resolve);
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (request.url?.startsWith("/endless")) return streamForEver(request.url, response);
    if (request.url === "/quiet") return void response.write("data: 1\n\n");
    response.end('data: {"n":1}\n\ndata: {"n":2}\n\ndata: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.skipIf(windows)("signals", () => {
  test.each([
    [["-t", "undici"], "SIGINT", { status: 130, signal: null }],
    [["-t", "curl"], "SIGTERM", { status: 143, signal: null }],
    // The system's own end: a shell says 130 and 143.
    [["--blocking"], "SIGINT", { status: null, signal: "SIGINT" }],
    [["--blocking"], "SIGTERM", { status: null, signal: "SIGTERM" }],
  ] as const)("%s %s ends it at once and closes the connection", async (flags, signal, end) => {
    closed = deferred();
    const child = spawnHeadrace([`${origin}/quiet`, ...flags]);
    const printed = ended(child);
    await once(child.stdout!, "readable");
    child.kill(signal);
    expect(await printed).toMatchObject({ ...end, stdout: "message  1\n", stderr: "" });
    await closed.promise;
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends it while it waits for its input", async (signal) => {
    const child = spawnHeadrace([`${origin}/quiet`, "-d", "@-"], { stdio: ["pipe", "pipe", "pipe"] });
    const printed = ended(child);
    // No pipe holds so much: what is written has been read.
    await new Promise<void>((resolve) => child.stdin!.write(Buffer.alloc(2 ** 22), () => resolve()));
    child.kill(signal);
    expect(await printed).toMatchObject({ status: null, signal, stdout: "", stderr: "" });
  });

  test("SIGINT ends it while its output is a named pipe that nobody reads on", async () => {
    const script = `
      trap 'rm -r "$directory"' EXIT
      directory="$(mktemp -d)" && mkfifo "$directory/pipe"
      exec $(headrace_command) "$URL" -o "$directory/pipe" &
      exec 3<"$directory/pipe"; head -c 100000 <&3 >/dev/null
      kill -INT "$!"; wait "$!"; echo "status $?"`;
    const { stdout } = await shell(`set -m\n${script}`, { env: { URL: `${origin}/endless` } });
    expect(stdout).toBe("status 130\n");
  });

  test("a shell says 130 of the blocking call too", async () => {
    const script = `( echo "$BASHPID"; exec $(headrace_command) "$URL" --blocking ); echo "status $?"`;
    const child = spawnShell(script, { env: { URL: `${origin}/quiet` } });
    let printed = "";
    for await (const piece of child.stdout!.setEncoding("utf8")) {
      printed += piece;
      if (printed.endsWith("message  1\n")) process.kill(parseInt(printed), "SIGINT");
    }
    expect(printed).toMatch(/^\d+\nmessage {2}1\nstatus 130\n$/);
  });
});

describe.skipIf(windows)("the reader of the output", () => {
  test.each([["-t", "undici"], ["-t", "curl", "--comments"], ["-t", "fetch", "--format", "raw"], ["--blocking"]])(
    "a reader that leaves ends it with 0: %s %s %s",
    async (...flags) => {
      closed = deferred();
      const script = `headrace "$URL" ${flags.join(" ")} | head -1; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = await shell(script, { env: { URL: `${origin}/endless` } });
      expect(stdout).toMatch(/^.*x{1000}\n0\n$/);
      expect(stderr).toBe("");
      await closed.promise;
    },
  );

  test.each([["-t", "undici"], ["-t", "curl", "--comments"], ["--format", "raw"], ["--blocking"]])(
    "one that does not read stops the server: %s %s %s",
    async (...flags) => {
      sent.clear();
      const child = spawnHeadrace([`${origin}/endless?unread`, ...flags]);
      await once(child.stdout!, "readable");
      // Another, begun later, has been sent four times as much: so this one had its time.
      const reader = spawnHeadrace([`${origin}/endless?read`]);
      reader.stdout!.resume();
      while ((sent.get("/endless?read") ?? 0) < 64 * 2 ** 20) await once(reader.stdout!, "data");
      expect(sent.get("/endless?unread")).toBeLessThan(16 * 2 ** 20);
      child.kill("SIGKILL");
      reader.kill("SIGKILL");
      await Promise.all([once(child, "exit"), once(reader, "exit")]);
      child.stdout?.destroy();
    },
  );

  const commands = ["--help", "--version", "transports", "transports --format json", "demo", "serve -"];

  test.each(commands)("one that has left before ends it with 0: %s", async (command) => {
    const script = `exec 3> >(:); wait $!; printf 'data: 1\n\n' | headrace ${command} >&3; echo "\${PIPESTATUS[1]}"`;
    const { stdout, stderr } = await shell(script);
    expect(stdout).toBe("0\n");
    expect(stderr).toMatch(command === "serve -" ? /^(serving 1 events.*\n)?$/ : /^$/);
  });

  test.skipIf(!existsSync("/dev/full")).each([...commands, '"$URL"'])(
    "one that is full is an error: %s",
    async (command) => {
      const script = `printf 'data: 1\n\n' | headrace ${command} >/dev/full; echo "\${PIPESTATUS[1]}"`;
      const { stdout, stderr } = await shell(script, { env: { URL: origin } });
      expect(stdout).toBe("1\n");
      expect(stderr.replace(/^serving 1 events.*\n/, "")).toBe(
        command.includes("json")
          ? '{"error":{"code":"output","message":"cannot write the output: ENOSPC","phase":"body"}}\n'
          : "headrace: cannot write the output: ENOSPC\n",
      );
    },
  );

  test.skipIf(!hasJq)("jq reads it under pipefail", async () => {
    const script = `set -o pipefail
      headrace "$URL" --format json --parse | jq -c .json
      headrace "$URL" --format data --terminal '[DONE]' | jq .n`;
    expect(await shell(script, { env: { URL: origin } })).toMatchObject({
      stdout: '{"n":1}\n{"n":2}\nnull\n1\n2\n',
      stderr: "",
      status: 0,
    });
  });
});

describe("the process", () => {
  test.each(["18.0.0", "20.20.2", "22.18.9"])("Node %s is told which one is needed", (version) => {
    const main = fileURLToPath(new URL("../main.ts", import.meta.url));
    const older = `Object.defineProperties(process, { version: { value: "v${version}" }, versions: { value: { node: "${version}" } } });`;
    const script = `${older} import(${JSON.stringify(pathToFileURL(main).href)})`;
    const { status, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "-e", script], {
      encoding: "utf8",
    });
    expect(stderr).toBe(`headrace needs Node 22.19 or later; this is v${version}. Get one from https://nodejs.org\n`);
    expect(status).toBe(1);
  });

  test("data comes from standard input; a URL without a scheme is http", async () => {
    const { stdout, status } = await headrace([origin.slice("http://".length), "-d", "@-", "--max-events", "1"], {
      input: "a\nb",
    });
    expect({ stdout, status }).toEqual({ stdout: 'message  {"n":1}\n', status: 0 });
  });

  test("FORCE_COLOR colours, NO_COLOR beats it", async () => {
    const args = [origin, "--max-events", "1"];
    const coloured = await headrace(args, { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toBe('\x1b[2mmessage\x1b[22m  {"n":1}\n');
    const plain = await headrace(args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    expect(plain.stdout).toBe('message  {"n":1}\n');
  });
});
