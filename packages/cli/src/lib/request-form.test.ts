import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeForm } from "./request-form.ts";

const folder = mkdtempSync(join(tmpdir(), "headrace-"));
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const image = file("a b.PNG", new Uint8Array([0x89, 0x50, 0x0a, 0xff]));
const text = file("prompt", "one\ntwo");

afterAll(() => rmSync(folder, { recursive: true }));

/** One part without its boundaries, a character for a byte. */
async function encoded(part: string): Promise<string> {
  const { bytes, type } = (await encodeForm([part])) ?? {};
  const [, boundary] = /^multipart\/form-data; boundary=([\w-]{1,70})$/.exec(type ?? "") ?? [];
  const whole = Buffer.from(bytes ?? []).toString("latin1");
  expect([whole.startsWith(`--${boundary}\r\n`), whole.endsWith(`\r\n--${boundary}--\r\n`)]).toEqual([true, true]);
  return whole.slice(`--${boundary}\r\n`.length, -`\r\n--${boundary}--\r\n`.length);
}

const png = "\x89P\n\xff";

// What curl 7.88 sends, but that it ends a text at any semicolon.
test.each<[part: string, head: string, content: string]>([
  ["a=x", 'name="a"', "x"],
  ["a=x=1;b", 'name="a"', "x=1;b"],
  ["a=one\ntwo", 'name="a"', "one\ntwo"],
  ['a={"b":1};type=application/json', 'name="a"\r\nContent-Type: application/json', '{"b":1}'],
  ["a=x;type=text/plain; charset=utf-8", 'name="a"\r\nContent-Type: text/plain; charset=utf-8', "x"],
  ["a=x;filename=y", 'name="a"; filename="y"', "x"],
  [String.raw`a="x;\"y\\"`, 'name="a"', 'x;"y\\'],
  ['a"b=x', 'name="a%22b"', "x"],
  [`a=@${image}`, 'name="a"; filename="a b.PNG"\r\nContent-Type: image/png', png],
  [`a=@"${image}";filename="c\\"d.JPG"`, 'name="a"; filename="c%22d.JPG"\r\nContent-Type: image/jpeg', png],
  [`a=@${image};type=x/y`, 'name="a"; filename="a b.PNG"\r\nContent-Type: x/y', png],
  [`a=@${text}`, 'name="a"; filename="prompt"\r\nContent-Type: application/octet-stream', "one\ntwo"],
  [`a=<${text}`, 'name="a"', "one\ntwo"],
  [`a=<${image}`, 'name="a"\r\nContent-Type: image/png', png],
])("%s", async (part, head, content) => {
  expect(await encoded(part)).toBe(`Content-Disposition: form-data; ${head}\r\n\r\n${content}`);
});

test("a part without a name is refused", async () => {
  await expect(encodeForm(["x"])).rejects.toMatchObject({ code: "invalid-argument" });
});
