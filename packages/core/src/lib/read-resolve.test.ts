import { expect, test } from "vitest";
import { readResolve } from "./read-resolve.ts";

test.each<[Record<string, string>, string, number, string | undefined]>([
  [{}, "a.test", 80, undefined],
  [{ "a.test": "127.0.0.1" }, "a.test", 80, "127.0.0.1"],
  [{ "a.test": "127.0.0.1" }, "b.test", 80, undefined],
  [{ "a.test:81": "127.0.0.1" }, "a.test", 80, undefined],
  [{ "a.test:80": "127.0.0.1", "a.test": "::1" }, "a.test", 80, "127.0.0.1"],
  [{ "a.test:80": "127.0.0.1", "a.test": "::1" }, "a.test", 81, "::1"],
  [{ "A.Test": "127.0.0.1" }, "a.test", 80, "127.0.0.1"],
  [{ "b\u00fccher.test": "127.0.0.1" }, "xn--bcher-kva.test", 80, "127.0.0.1"],
  [{ "*": "127.0.0.1", "a.test": "::1" }, "a.test", 80, "::1"],
  [{ "*": "127.0.0.1", "a.test": "::1" }, "b.test", 80, "127.0.0.1"],
  [{ "*:80": "127.0.0.1", "*": "::1" }, "b.test", 80, "127.0.0.1"],
  [{ "[::1]:80": "127.0.0.1" }, "::1", 80, "127.0.0.1"],
  [{ "a.test": "[2001:db8::1]" }, "a.test", 80, "2001:db8::1"],
  [{ "a.test": "fe80::1%eth0" }, "a.test", 80, "fe80::1%eth0"],
])("with %j, %s port %i is at %s", (resolve, host, port, address) => {
  expect(readResolve(resolve)(host, port)).toBe(address);
});

test.each<[unknown]>([
  [null],
  ["a.test"],
  [{ "": "127.0.0.1" }],
  [{ "a.test:": "127.0.0.1" }],
  [{ "a.test:x": "127.0.0.1" }],
  [{ "-a.test": "127.0.0.1" }],
  [{ "+a.test": "127.0.0.1" }],
  [{ "us@a.test": "127.0.0.1" }],
  [{ "a.test/": "127.0.0.1" }],
  [{ "*.test": "127.0.0.1" }],
  [{ "a.test": "" }],
  [{ "a.test": "b.test" }],
  [{ "a.test": "1.2.3" }],
  [{ "a.test": "1.2.3.256" }],
  [{ "a.test": "01.2.3.4" }],
  [{ "a.test": "127.0.0.1:80" }],
  [{ "a.test": "::1]@[::2" }],
  [{ "a.test": ":" }],
  [{ "a.test": 5 }],
])("%j is invalid-argument", (resolve) => {
  expect(() => readResolve(resolve as Record<string, string>)).toThrow(
    expect.objectContaining({ code: "invalid-argument", message: expect.stringContaining("resolve") as unknown }),
  );
});
