import { describe, expect, test } from "vitest";
import { readExamples } from "./read-examples.ts";

const fence = "```";
const block = (language: string, ...lines: string[]): string => [`${fence}${language}`, ...lines, fence].join("\n");

describe("readExamples", () => {
  test("finds ts, js and sh blocks with their lines, and leaves other languages alone", () => {
    const page = ["# Title", "", block("ts", "one();"), "", block("json", "{}"), "", block("sh", "two")].join("\n");
    expect(readExamples(page)).toEqual([
      { language: "ts", line: 3, pieces: [{ line: 4, code: "one();" }], run: false },
      { language: "sh", line: 11, pieces: [{ line: 12, code: "two" }], run: false },
    ]);
  });

  test("finds a block inside a list", () => {
    const page = ["1. First", "", `   ${fence}ts`, "   one();", `   ${fence}`].join("\n");
    expect(readExamples(page)[0]?.pieces).toEqual([{ line: 4, code: "one();" }]);
  });

  test("runs what asks for it, and expects the output shown after it", () => {
    const page = ["<!-- example: run -->", block("js", "log(1)"), "", "<!-- example: output -->", block("text", "1")];
    expect(readExamples(page.join("\n"))).toMatchObject([{ run: true, output: "1" }]);
  });

  test("puts set-up and the blocks continued in front", () => {
    const first = ["<!-- example: setup", 'import { url } from "./here.ts";', "-->", block("ts", "const a = url;")];
    const second = ["", "<!-- example: run, continues -->", block("ts", "a.length;")];
    expect(readExamples([...first, ...second].join("\n"))[1]).toMatchObject({
      run: true,
      pieces: [
        { line: 2, code: 'import { url } from "./here.ts";' },
        { line: 5, code: "const a = url;" },
        { line: 10, code: "a.length;" },
      ],
    });
  });

  test("keeps the reason of a skip", () => {
    const page = `<!-- example: skip (needs a key) -->\n${block("ts", "one();")}`;
    expect(readExamples(page)).toMatchObject([{ skip: "needs a key" }]);
  });

  test.for([
    ["an unknown word", `<!-- example: runs -->\n${block("ts", "one();")}`, 'line 1: unknown example comment "runs"'],
    ["a comment before prose only", "<!-- example: run -->\n\nText.", "no code block follows"],
    [
      "a comment before another language",
      `<!-- example: run -->\n${block("json", "{}")}`,
      "line 2: an example comment",
    ],
    ["an output of nothing", `<!-- example: output -->\n${block("text", "1")}`, "line 2: an output"],
    ["a block without a language", block("", "one();"), "line 1: a code block that does not say its language"],
  ] as const)("refuses %s", ([, page, message]) => {
    expect(() => readExamples(page)).toThrow(message);
  });
});
