/** The colours of a chart, for a light page or a dark one. */
export interface ChartTheme {
  readonly name: "light" | "dark";
  readonly background: string;
  readonly text: string;
  readonly faint: string;
  readonly ours: string;
  readonly peer: string;
  readonly floor: string;
}

/** GitHub's own surfaces and text; the marks keep 3:1 against them, and differ in lightness as well as in hue. */
export const chartThemes: readonly ChartTheme[] = [
  {
    name: "light",
    background: "#ffffff",
    text: "#1f2328",
    faint: "#d1d9e0",
    ours: "#0969da",
    peer: "#59636e",
    floor: "#9a6700",
  },
  {
    name: "dark",
    background: "#0d1117",
    text: "#f0f6fc",
    faint: "#3d444d",
    ours: "#58a6ff",
    peer: "#9198a1",
    floor: "#d29922",
  },
];
