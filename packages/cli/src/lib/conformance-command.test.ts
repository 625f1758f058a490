import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConformanceReport } from "@headrace/conformance";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ended, type Ended, headrace, headraceEach, spawnHeadrace } from "./headrace-process.ts";

// A test starts several processes.
vi.setConfig({ testTimeout: 20_000 });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "headrace-conformance-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function moduleFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** A transport over fetch of this repository, changed. */
async function fetchModule(name: string, change: string, more = ""): Promise<string> {
  const url = new URL("../../../transport-fetch/src/index.ts", import.meta.url).href;
  const text = `
    import { fetchTransport } from ${JSON.stringify(url)};
    export default function (options) {
      const made = fetchTransport(options);
      return { ...made, name: "mine", ${change} };
    }
    ${more}`;
  return await moduleFile(name, text);
}

const run = (...args: readonly string[]): Promise<Ended> => headrace(["conformance", ...args], { cwd: folder });

test("what holds is a table, an exit status of 0, and a report in HTML and in JSON", async () => {
  const { stdout, stderr, status } = await run(
    ..."-t undici,fetch --only body.chunked --only head.lf* --report a.html --report a.json".split(" "),
  );
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toMatch(/^undici {2}undici\/\d/m);
  expect(stdout).toMatch(/^ +undici +fetch\n/m);
  expect(stdout).toMatch(/^body +body +1 of 1 +1 of 1$/m);
  expect(stdout).toMatch(/\nnothing failed\n$/);
  // oxlint-disable-next-line no-control-regex -- that there are none
  expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f]/);
  const report = JSON.parse(await readFile(join(folder, "a.json"), "utf8")) as ConformanceReport;
  expect(report.subjects.map(({ name }) => name)).toEqual(["undici", "fetch"]);
  expect(report.subjects[0]?.results.map(({ id, outcome }) => [id, outcome])).toContainEqual(["body.chunked", "pass"]);
  expect(await readFile(join(folder, "a.html"), "utf8")).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
});

test("what is red is told in full and ends with 1; a known failure in a line, an unexpected pass is red", async () => {
  const module = await fetchModule(
    "red.mjs",
    "async send(request, sink) { await made.send(request, sink); throw new Error('no \\u001b[2J end'); }",
    `export const knownFailures = { "body.length-zero": "upstream issue 7", "req.method-injection": "issue 8" };`,
  );
  const { stdout, status } = await run("-t", module, "--only", "body.chunked,body.length-zero,req.method-injection");
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^mine: fail body\.chunked: a chunked body arrives byte for byte\n {2}expected: send\(\) to resolve\n/m,
  );
  expect(stdout).toMatch(/^ {2}see: .*\n {2}wire \(ms, who, what\):\n/m);
  expect(stdout).toContain("no ␛[2J end");
  expect(stdout).toContain("mine: known-failure body.length-zero: upstream issue 7\n");
  expect(stdout).toMatch(
    /^mine: unexpected-pass req\.method-injection: .*\n {2}it passes: take it off knownFailures \(issue 8\)$/m,
  );
  expect(stdout).toMatch(/\n2 failed\n$/);
});

test("a module in TypeScript, and one that leaves something running, come to an end", async () => {
  const url = new URL("../../../transport-fetch/src/index.ts", import.meta.url).href;
  const text = `import { fetchTransport } from ${JSON.stringify(url)};
    setInterval((): void => {}, 1000);
    export const transport: typeof fetchTransport = (options = {}) => fetchTransport(options);`;
  const path = await moduleFile("mine.ts", text);
  const { stdout, status } = await run("-t", `./${path.split(/[/\\]/).at(-1)}`, "--only", "body.chunked");
  expect(status).toBe(0);
  expect(stdout).toContain("nothing failed");
});

describe("a mistake costs no run", () => {
  test("in the flags", async () => {
    const commands = [
      ["-t", "nope"],
      ["-t", "./nowhere.js"],
      ["--only", "body,nothing"],
      ["--report", "report.pdf"],
      ["--scale", "0"],
      ["-t", ""],
      ["more"],
    ];
    const ends = await headraceEach(commands.map((flags) => ["conformance", ...flags]));
    expect(ends.map(({ status, stdout }) => [status, stdout])).toEqual(commands.map(() => [2, ""]));
    expect(ends.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('no transport is called "nope": choose one of curl, undici, node, fetch'),
      expect.stringContaining('there is no module "./nowhere.js"'),
      expect.stringContaining("only names no case: nothing"),
      expect.stringContaining("must end in .html or .json"),
      expect.stringContaining("a number above 0"),
      expect.stringContaining("must not be empty"),
      expect.stringContaining("invalid-argument"),
    ]);
  });

  test("in a report that cannot be written, or a list of known failures that is none", async () => {
    const unwritable = await run("--report", join(folder, "none", "a.html"), "-t", "fetch");
    expect(unwritable).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("a.html: cannot write"),
    });
    const noList = await fetchModule("no-list.mjs", "", "export const knownFailures = ['body.chunked'];");
    expect(await run("-t", noList)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("a reason for each id"),
    });
    const noCase = await fetchModule("no-case.mjs", "", "export const knownFailures = { 'body.none': 'why' };");
    expect(await run("-t", noCase)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("names no case: body.none"),
    });
  });
});

test("without libcurl the others run, and it is said; asked for by name it is an error", async () => {
  const env = { HEADRACE_LIBCURL: "/nowhere/libcurl.so" };
  const all = await headrace(["conformance", "--only", "body.chunked"], { env });
  expect(all).toMatchObject({ status: 0, stderr: expect.stringMatching(/^curl: not here: /) });
  expect(all.stdout).toMatch(/^ +undici +node +fetch$/m);
  expect(await headrace(["conformance", "-t", "curl"], { env })).toMatchObject({ status: 4, stdout: "" });
});

test("what blocks the thread or ends the process is the failure of a case, and the others run", async () => {
  const url = new URL("../../../transport-fetch/src/index.ts", import.meta.url).href;
  const module = await moduleFile(
    "loses.mjs",
    `import { fetchTransport } from ${JSON.stringify(url)};
    const lose = { DELETE() { for (;;); }, HEAD() { process.exit(0); } };
    export default (options) => {
      const made = fetchTransport(options);
      return { ...made, send: (request, sink) => (lose[request.method]?.(), made.send(request, sink)) };
    };`,
  );
  const only = "req.delete-body,body.head-request,body.chunked";
  const { status, stdout, stderr } = await run(
    "-t",
    module,
    ...`--only ${only} --scale 0.25 --report lost.json`.split(" "),
  );
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(/^fetch: fail req\.delete-body: [^]*?\n {2}received: the thread was blocked for 1000 ms\n/m);
  expect(stdout).toMatch(
    /^fetch: fail body\.head-request: [^]*?\n {2}received: the process ended with status 0\n[^]*\n2 failed\n$/m,
  );
  const report = JSON.parse(await readFile(join(folder, "lost.json"), "utf8")) as ConformanceReport;
  const outcomes = report.subjects.flatMap(({ results }) => results.map(({ id, outcome }) => [id, outcome]));
  expect(outcomes).toContainEqual(["body.chunked", "pass"]);
});

test("a close() that blocks the thread costs its cases", async () => {
  const module = await fetchModule("close-blocks.mjs", "close() { for (;;); }");
  const { status, stdout } = await run("-t", module, "--only", "body.chunked", "--scale", "0.1");
  expect(status).toBe(1);
  expect(stdout).toContain("received: the thread was blocked for 400 ms");
});

test("a module that ends the process is an error that names it, and leaves no report", async () => {
  const atOnce = await moduleFile("at-once.mjs", "process.exit(0);");
  expect(await run("-t", atOnce, "--report", "ex.json")).toMatchObject({
    status: 70,
    stdout: "",
    stderr: expect.stringMatching(/ended before the suite was done: loading ".*at-once\.mjs"\n$/),
  });
  expect(existsSync(join(folder, "ex.json"))).toBe(false);
});

test("what is wrong with a module is said with its name; a close() that fails is the cases' matter", async () => {
  const made = "send() {}, close: async () => {}, name: 'n', version: 'v', supports: {}";
  const modules = {
    "no-version.mjs": `export default () => ({ ${made}, version: {} });`,
    "no-name.mjs": `export default () => ({ ${made}, name: undefined });`,
    "no-supports.mjs": `export default () => ({ ${made}, supports: null });`,
    "factory.mjs": `export default () => { throw new Error("no licence"); };`,
    "failures.mjs": `export default () => ({ ${made} }); export const knownFailures = () => { throw new Error("no list"); };`,
    "closes.mjs": `export default () => ({ ${made}, close() { throw new Error("no close"); } });`,
  };
  for (const [name, text] of Object.entries(modules)) await moduleFile(name, text);
  const paths = Object.keys(modules).map((name) => join(folder, name));
  const ends = await headraceEach(paths.map((path) => ["conformance", "-t", path, "--only", "unsupported.contract"]));
  expect(ends.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 1]);
  expect(ends.map(({ stderr }) => stderr)).toEqual([
    expect.stringMatching(/no-version\.mjs" makes no transport: it lacks `version` \(string\)/),
    expect.stringMatching(/no-name\.mjs" makes no transport: it lacks `name` \(string\)/),
    expect.stringMatching(/no-supports\.mjs" makes no transport: it lacks `supports` \(object\)/),
    expect.stringMatching(/the factory of .*factory\.mjs" fails: no licence/),
    expect.stringMatching(/knownFailures of .*failures\.mjs" fails: no list/),
    "",
  ]);
});

test("a name and a version of many lines are one line each, cut where they are too long", async () => {
  const module = await fetchModule("long.mjs", "name: 'a\\nb\\u202ec', version: `v${'1'.repeat(200)}`");
  const { stdout, status } = await run("-t", module, "--only", "body.chunked");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^a b�c {2}v1{118}…\n/);
});

test.skipIf(process.platform === "win32")("Ctrl-C ends it, with 130, and says how far it got", async () => {
  const module = await fetchModule(
    "slow.mjs",
    "send(request, sink) { if (!globalThis.said) console.log('sending'); globalThis.said = true; return new Promise(() => {}); }",
  );
  const child = spawnHeadrace(["conformance", "-t", "fetch", "-t", module, "--only", "body.chunked"]);
  child.stdout?.once("data", () => child.kill("SIGINT"));
  const { status, stderr } = await ended(child);
  expect({ status, stderr }).toEqual({
    status: 130,
    stderr: expect.stringMatching(
      /^interrupted: 1 of 2 transports done; then .*slow\.mjs: 0 of 1 cases; running: body\.chunked\n$/,
    ),
  });
});

test("the stream command does not load the suite", async () => {
  const main = fileURLToPath(new URL("./run-command.ts", import.meta.url));
  const script = await moduleFile(
    "loads.mjs",
    `import { registerHooks } from "node:module";
    registerHooks({ resolve(specifier, context, next) {
      if (specifier === "@headrace/conformance") console.log("loads the suite");
      return next(specifier, context);
    } });
    const { runCommand } = await import(${JSON.stringify(main)});
    await runCommand(process.argv.slice(2));`,
  );
  const { execFileSync } = await import("node:child_process");
  const printed = (...args: string[]): string =>
    execFileSync(process.execPath, ["--conditions=@headrace/source", script, ...args], { encoding: "utf8" });
  expect(printed("--help")).not.toContain("loads the suite");
  expect(printed("conformance", "-t", "fetch", "--only", "body.chunked")).toContain("loads the suite");
});
