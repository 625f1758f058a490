/** Says whether `printed` is what an example's output block shows; `…` there stands for any text on one line. */
export function matchesOutput(printed: string, shown: string): boolean {
  const pattern = shown
    .trim()
    .split("…")
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join("[^\\n]*");
  return new RegExp(`^${pattern}$`).test(printed.trim().replaceAll("\r\n", "\n"));
}
