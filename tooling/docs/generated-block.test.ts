import { expect, test } from "vitest";
import { withGeneratedBlock } from "./generated-block.ts";

const page =
  "# A\n\n<!-- generated: a -->\n\nold\n\n<!-- /generated -->\n\ntext\n\n<!-- generated: b -->\n\nkept\n\n<!-- /generated -->\n";

test("only the named block is replaced", () => {
  expect(withGeneratedBlock(page, "a", "new\nlines\n")).toBe(page.replace("old", "new\nlines"));
});

test("a second time changes nothing", () => {
  const once = withGeneratedBlock(page, "b", "new");
  expect(withGeneratedBlock(once, "b", "new")).toBe(once);
});

test("a page without the block is an error that names it", () => {
  expect(() => withGeneratedBlock(page, "c", "new")).toThrow("named c");
});
