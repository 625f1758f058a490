const declaration =
  /^(export )?(?:declare )?(?:abstract )?(?:interface|type|class|const|let|function|namespace) ([\w$]+)/;

/** Names the exports of a rolled-up declaration file that have no docstring on any of their declarations. */
export function undocumentedExports(declarations: string): string[] {
  const lines = declarations.split("\n");
  const listed = listedExports(declarations);
  const documented = new Map<string, boolean>();
  for (const [index, line] of lines.entries()) {
    const [, exported, name] = declaration.exec(line) ?? [];
    if (name === undefined || (exported === undefined && !listed.has(name))) continue;
    const hasDocstring = lines[index - 1]?.trimEnd().endsWith("*/") === true;
    documented.set(name, documented.get(name) === true || hasDocstring);
  }
  return [...documented].filter(([, hasDocstring]) => !hasDocstring).map(([name]) => name);
}

/** The names in `export { a, type B, C as D }`, as they are declared in the file. */
function listedExports(declarations: string): ReadonlySet<string> {
  const lists = [...declarations.matchAll(/^export (?:type )?\{([^}]*)\};?$/gm)].map(([, list = ""]) => list);
  const names = lists.flatMap((list) => list.split(",").map((item) => /^(?:type )?([\w$]+)/.exec(item.trim())?.[1]));
  return new Set(names.filter((name) => name !== undefined));
}
