import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compositionsOf, subjects, transports } from "./compositions.ts";

test("every composition is run", () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".test.ts"));
  const run = files.flatMap((file) =>
    Array.from(
      readFileSync(join(import.meta.dirname, file), "utf8").matchAll(/^testComposition\("(.*)"\);$/gm),
      ([, name]) => name,
    ),
  );
  const names = transports.flatMap((transport) => compositionsOf(transport)).map(({ name }) => name);
  expect(new Set(run)).toEqual(new Set(names));
  expect(run).toHaveLength(names.length);
});

test("every subject has a name of its own", () => {
  expect(new Set(subjects.map(({ name }) => name)).size).toBe(transports.length * 3);
});

describe.each(transports)("fetch($name)", (transport) => {
  test("declares what the transport can do, but for what a fetch has no word for", async () => {
    const [, composition] = compositionsOf(transport);
    const [inner, outer] = [transport.create({}), composition?.create({})];
    const lost = { sync: false, connectTimeout: false, httpVersion: "none", trailers: false, backpressure: "bounded" };
    expect(outer?.supports).toEqual({ ...inner.supports, ...lost });
    await Promise.all([inner.close(), outer?.close()]);
  });
});
