/** What Node 22 has and its types have not yet: the source of each value (TC39, "JSON.parse source text access"). */
interface SourceText {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

/**
 * Sets a JSON text out anew, its numbers as they were written: digits beyond a double's precision survive.
 *
 * @param indent spaces a level; 0 for one line
 * @throws SyntaxError
 */
export function reformatJson(text: string, indent: number): string {
  const { parse, rawJSON } = JSON as unknown as SourceText;
  const exact = parse(text, (_, value, { source }) => (typeof value === "number" ? rawJSON(source ?? "null") : value));
  return JSON.stringify(exact, null, indent);
}
