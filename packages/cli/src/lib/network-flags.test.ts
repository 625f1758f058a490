import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Command } from "commander";
import { networkOptions } from "./network-flags.ts";
import { addStreamFlags } from "./stream-flags.ts";

async function options(...args: string[]): Promise<unknown> {
  const command = new Command();
  const flags = addStreamFlags(command);
  command.argument("[url]").parse(args, { from: "user" });
  return await networkOptions(flags());
}

describe("connection flags", () => {
  test.each<[string[], unknown]>([
    [[], {}],
    [["-x", "proxy.test"], { proxy: "http://proxy.test:1080" }],
    [["-x", "http://u:p@proxy.test:80/"], { proxy: "http://u:p@proxy.test:80" }],
    [["-x", "https://proxy.test"], { proxy: "https://proxy.test:443" }],
    [["-x", "SOCKS5h://[::1]:9050"], { proxy: "socks5h://[::1]:9050" }],
    [["-x", ""], { proxy: false }],
    [["--unix-socket", "/run/a.sock", "-k"], { unixSocket: "/run/a.sock", insecure: true }],
    [
      ["--resolve", "a.test:443:127.0.0.1", "--resolve", "+b.test:80:[::1]"],
      { resolve: { "a.test:443": "127.0.0.1", "b.test:80": "::1" } },
    ],
    [["--http1.1"], { httpVersion: "1.1" }],
    [["--http2"], { httpVersion: "2" }],
    [["--http2-prior-knowledge"], { httpVersion: "h2c" }],
    [["--http3"], { httpVersion: "3" }],
  ])("%j", async (args, expected) => {
    expect(await options(...args)).toEqual(expected);
  });

  test.each([
    [["--http2", "--http3"], /choose one/],
    [["--resolve", "*:443:127.0.0.1"], /host:port:address/],
    [["--resolve", "a.test:443:127.0.0.1,127.0.0.2"], /one address/],
    [["--key", "key.pem"], /--key needs --cert/],
    [["--cert", "cert.pem:pass"], /password/],
    [["--cacert", "none.pem"], /cannot read "none.pem": ENOENT/],
    [["-x", "http://"], /-x takes/],
  ])("%j is refused", async (args, message) => {
    await expect(options(...args)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(message),
    });
  });

  test("a certificate without --key brings its key along; a path may hold a colon", async () => {
    const folder = await mkdtemp(join(tmpdir(), "headrace-cli-"));
    const file = join(folder, process.platform === "win32" ? "both.pem" : "bo:th.pem");
    await writeFile(file, "pem");
    const pem = new Uint8Array(Buffer.from("pem"));
    expect(await options("-E", file, "--cacert", file)).toEqual({ cert: pem, key: pem, ca: pem });
    await rm(folder, { recursive: true });
  });
});
