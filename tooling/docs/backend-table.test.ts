import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@headrace/repo/workspace";
import { curlTransport } from "@headrace/transport-curl";
import { fetchTransport } from "@headrace/transport-fetch";
import { nodeTransport } from "@headrace/transport-node";
import { undiciTransport } from "@headrace/transport-undici";
import { expect, test } from "vitest";
import { backendColumns, backendTable } from "./backend-table.ts";

/** The cells of each row of a Markdown table, by the row's title. */
function cells(markdown: string): Map<string, string[]> {
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  const rows = lines.map((line) => line.split("|").slice(1, -1));
  return new Map(rows.map(([title = "", ...rest]) => [title.trim(), rest.map((cell) => cell.trim())]));
}

const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
const written = cells(
  readme.slice(readme.indexOf("<!-- generated: backends -->"), readme.indexOf("<!-- /generated -->")),
);

test("the README's table has a column for each transport", () => {
  expect(written.get("")).toEqual(backendColumns.map((name) => `**${name}**`));
});

test.for([
  [0, curlTransport],
  [1, undiciTransport],
  [2, nodeTransport],
  [3, fetchTransport],
] as const)("column %i of the README's table says what the transport declares", ([column, create], { skip }) => {
  const { name, version, supports } = create();
  const now = cells(backendTable([{ name, version, supports, results: [] }]));
  const measured = written.get("measured with")?.[column];
  if (measured !== now.get("measured with")?.[0]) return skip(`measured with ${measured}, this is ${version}`);
  for (const [title, [cell]] of now) {
    if (title === "conformance cases passed" || title === "---") continue;
    expect([title, written.get(title)?.[column]]).toEqual([title, cell]);
  }
});
