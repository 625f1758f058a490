import type { Example } from "./read-examples.ts";

/**
 * Makes the text of an example's module. Each piece stands on the line it has in the Markdown file, so that compilers
 * and stack traces speak of lines the author can find.
 */
export function exampleModule({ language, pieces }: Example, origin: string): string {
  const lines: string[] = [];
  for (const { line, code } of pieces) {
    for (const [index, text] of code.split("\n").entries()) lines[line - 1 + index] = text;
  }
  const text = withOrigin(Array.from(lines, (line) => line ?? "").join("\n"), origin);
  return language === "ts" ? `${text}\nexport {};\n` : `${text}\n`;
}

/** Puts `origin` in the place of `https://example.com` and of every host below it, `http` or `https`. */
export function withOrigin(text: string, origin: string): string {
  return text.replaceAll(/https?:\/\/([\w-]+\.)*example\.(com|org|net)(?!\w)(:\d+)?/g, origin);
}

/** The file's extension: `js` blocks may show CommonJS. */
export function exampleExtension({ language, pieces }: Example): string {
  if (language !== "js") return language;
  return pieces.some(({ code }) => /\brequire\(/.test(code)) ? "cjs" : "mjs";
}
