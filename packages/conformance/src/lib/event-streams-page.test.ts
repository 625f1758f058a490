import { expect, test } from "vitest";
import { parseCorpusPage } from "./event-streams-page.ts";

const fence = "```";

/** A page of one case, the heading on line 3. */
function page(stream: string, expected: string, more = "", heading = "`topic.name` A title"): string {
  return `# Topic\n\n## ${heading}\n\n${fence}stream\n${stream}\n${fence}\n\n${fence}expected\n${expected}\n${fence}\n${more}`;
}

test("reads bytes, items and what is pending", () => {
  const dispatched = `\n${fence}dispatched\n{ "id": "2" }\n${fence}\n`;
  const markdown = page(
    String.raw`id: 1\r\nä\u{1F600}\xFF\0\t\\`,
    `{ "comment": "c" }\n{ "retry": 3 }\n{ "data": "d", "id": "1" }\n{ "data": "e", "type": "t" }\n{ "pending": "p", "lineEnded": true }`,
    dispatched,
  );
  expect(parseCorpusPage("topic.md", markdown)).toEqual([
    {
      id: "topic.name",
      title: "A title",
      topic: "topic",
      file: "topic.md",
      line: 3,
      bytes: Uint8Array.of(...Buffer.from("id: 1\r\nä😀"), 0xff, 0, 9, 0x5c),
      expected: {
        items: [
          { comment: "c" },
          { retry: 3 },
          { type: "message", data: "d", lastEventId: "1", id: "1" },
          { type: "t", data: "e", lastEventId: "1", id: undefined },
        ],
        lastEventId: "1",
        pending: { data: "p", lineEnded: true },
        dispatched: [{ lastEventId: "2" }],
      },
    },
  ]);
});

test("line breaks of a block are not part of the stream", () => {
  const [read] = parseCorpusPage("topic.md", page(String.raw`a\n` + "\nb", ""));
  expect(read?.bytes).toEqual(new Uint8Array(Buffer.from("a\nb")));
});

const pending = `{ "pending": "", "lineEnded": true }`;

test.each([
  ["an unknown escape", page(String.raw`a\qb`, ""), /^topic\.md:6: not in the notation: "\\\\qb"/],
  ["a bare tab", page("a\\n\nb\tc", ""), /^topic\.md:7: not in the notation/],
  ["half a byte", page(String.raw`\xF`, ""), /^topic\.md:6: not in the notation/],
  ["broken JSON", page("a", `{ "data": "b" }\n{`), /^topic\.md:11: each line must be a JSON object/],
  ["an unknown key", page("a", `{ "dta": "b" }`), /^topic\.md:10: not known: dta/],
  ["two things in one line", page("a", `{ "comment": "b", "retry": 1 }`), /^topic\.md:10: neither/],
  ["a number for data", page("a", `{ "data": 1 }`), /^topic\.md:10: neither/],
  ["pending but not last", page("a", `${pending}\n{ "data": "b" }`), /^topic\.md:10: not known: pending/],
  ["pending without what is dispatched", page("a", pending), /^topic\.md:10: an event is pending exactly where/],
  [
    "dispatched without pending",
    page("a", "", `\n${fence}dispatched\n${fence}\n`),
    /^topic\.md:10: an event is pending exactly where/,
  ],
  [
    "a fourth block",
    page("a", pending, `\n${fence}dispatched\n${fence}\n\n${fence}dispatched\n${fence}\n`),
    /^topic\.md:3: the third block/,
  ],
  ["another topic", page("a", "", "", "`other.name` A title"), /^topic\.md:3: the topic must be that of the page/],
  ["no id", page("a", "", "", "A title"), /^topic\.md:3: a heading must be/],
  ["no stream", `# Topic\n\n## \`topic.name\` A title\n`, /^topic\.md:3: the first block must be/],
  [
    "no expectation",
    `## \`topic.name\` A title\n\n${fence}stream\n${fence}\n`,
    /^topic\.md:1: the second block must be/,
  ],
  [
    "a block before any heading",
    `# Topic\n\n${fence}stream\n${fence}\n`,
    /^topic\.md:3: a block before the first heading/,
  ],
])("%s is refused, with file and line", (_name, markdown, message) => {
  expect(() => parseCorpusPage("topic.md", markdown)).toThrow(message);
});
