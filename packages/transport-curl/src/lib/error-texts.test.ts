import { expect, test } from "vitest";
import { ErrorTexts } from "./error-texts.ts";
import { loadLibcurl } from "./load-libcurl.ts";

test("each transfer has a text of its own, which is empty to begin with", () => {
  const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
  const texts = new ErrorTexts(curl);
  const ids = [1, 2, 63, 64, 65, 300];
  const write = (id: number, text: string): void => {
    const bytes = Buffer.from(`${text}\0`);
    curl.copy(texts.clear(id), Number(curl.koffi.address(bytes)), bytes.length);
  };
  for (const id of ids) write(id, `of ${id}, ${"x".repeat(240)}`);
  expect(ids.map((id) => texts.read(id))).toEqual(ids.map((id) => `of ${id}, ${"x".repeat(240)}`));
  texts.clear(64);
  expect([63, 64, 65].map((id) => texts.read(id).slice(0, 5))).toEqual(["of 63", "", "of 65"]);
});
