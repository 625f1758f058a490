import type { Transport } from "@headrace/core";
import { expect, test } from "vitest";
import { headraceEach } from "./headrace-process.ts";
import { describeTransports } from "./transports-command.ts";

const plain = (_: string, text: string): string => text;

function transport(name: string, supports: Transport["supports"]): { name: string; transport: Transport } {
  return { name, transport: { name, version: `${name}/1`, supports, send: async () => {}, close: async () => {} } };
}

test("a table of what each supports, its lists broken to the terminal's width, and why one is missing", () => {
  const entries = [
    transport("one", { sync: true, proxy: ["http", "socks5"], hiddenIdleLimit: 300_000 }),
    transport("two", {}),
    { name: "curl", error: { code: "library-missing", message: "install libcurl4" } },
  ];
  const wide = describeTransports(entries, plain);
  expect(wide).toContain("one     one/1\ntwo     two/1\ncurl    not here: install libcurl4\n");
  expect(wide).toMatch(/^blocking call +yes +–$/m);
  expect(wide).toMatch(/^proxies +http socks5 +–$/m);
  expect(wide).toMatch(/^hidden idle limit +300 s +–$/m);
  const narrow = describeTransports(entries, plain, 50);
  expect(narrow).toMatch(/^proxies +http +–\n +socks5$/m);
  for (const line of narrow.split("\n")) expect(line.length).toBeLessThanOrEqual(50);
});

test("the command: --format json gives an object a line; --help groups the flags", async () => {
  const [json, help] = await headraceEach([["transports", "--format", "json"], ["--help"]]);
  const lines = json!.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ name }) => name)).toEqual(["curl", "undici", "node", "fetch"]);
  expect(lines[1]).toMatchObject({
    version: expect.stringMatching(/^undici\/\d/),
    supports: { contract: 1, sync: false },
  });
  expect(help!.stdout).toMatch(
    /^Event stream:$[^]*^Request, as curl:$[^]*^Connection, as curl:$[^]*^Output, as curl:$[^]*^Commands:$/m,
  );
  expect(help!.status).toBe(0);
});
