import { expect, test } from "vitest";
import { headrace } from "../headrace-process.ts";

test("every transport receives every event; plain where there is no terminal", async () => {
  const { stdout, stderr, status } = await headrace(["demo"]);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  for (const name of ["curl", "curl, blocking", "undici", "node", "fetch"]) {
    expect(stdout).toMatch(new RegExp(`^${name}: first event after [\\d.]+ ms$`, "m"));
    expect(stdout).toMatch(new RegExp(`^${name}: (\\d+) of \\1 events$`, "m"));
    expect(stdout).toContain(`${name}: ok: every event, byte for byte\n`);
  }
  expect(stdout).toMatch(/^undici: supports HTTP\/2, /m);
  expect(stdout).toMatch(/\ndemo: 5 of 5 received every event, byte for byte\n$/);
  // oxlint-disable-next-line no-control-regex -- that there are none
  expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f]/);
}, 15_000);

test("without libcurl the others are shown, and what to install", async () => {
  const { stdout, status } = await headrace(["demo"], { env: { HEADRACE_LIBCURL: "/nowhere/libcurl.so" } });
  expect(stdout).toMatch(/^curl: not here: .*\/nowhere\/libcurl\.so.*[Ii]nstall/m);
  expect(stdout).toContain("demo: 3 of 3 received every event, byte for byte\n");
  expect(status).toBe(0);
}, 15_000);
