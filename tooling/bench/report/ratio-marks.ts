import { dot, gridX, type Markish, ruleX, text } from "@observablehq/plot";
import type { ChartTheme } from "./chart-theme.ts";
import { chartWidth } from "./draw-chart.ts";

/** A ratio as people say it: `1.2x`, `170x`. */
export function times(ratio: number): string {
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 1 ? 1 : 2)}x`;
}

/** The axis of ratios, logarithmic, on top: lines at 1, 2 and 5 of each decade, and a broken one at the base. */
export function ratioAxis(
  ratios: readonly number[],
  label: string,
  { text: ink, faint }: ChartTheme,
): readonly Markish[] {
  const [low, high] = [Math.min(1, ...ratios), Math.max(1, ...ratios)];
  const decades = Array.from({ length: 9 }, (_, index) => 10 ** (index - 3));
  const ticks = decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]).filter((at) => at >= low && at <= high);
  const tickFormat = (value: number): string => `${Number(value.toPrecision(1))}x`;
  return [
    gridX(ticks, { stroke: faint, strokeOpacity: 1 }),
    text(ticks, { x: (at: number) => at, frameAnchor: "top", lineAnchor: "middle", dy: -10, text: tickFormat }),
    text([label], { frameAnchor: "top-left", dx: -210, dy: -52, textAnchor: "start", fontWeight: "bold" }),
    ruleX([1], { stroke: ink, strokeDasharray: "3,3" }),
  ];
}

/** What a colour and a shape stand for. */
export interface Key {
  readonly name: string;
  readonly color: string;
  readonly symbol: "circle" | "square" | "diamond";
}

/** The key, in one line above the axis. */
export function keyMarks(keys: readonly Key[]): readonly Markish[] {
  const offsets = keys.map((_, index) =>
    keys.slice(0, index).reduce((total, { name }) => total + 34 + name.length * 6.4, 0),
  );
  return keys.flatMap(({ name, color, symbol }, index) => {
    const dx = (offsets[index] ?? 0) - 204;
    return [
      dot([name], { frameAnchor: "top-left", dx, dy: -30, fill: color, symbol, r: 5 }),
      text([name], { frameAnchor: "top-left", dx: dx + 10, dy: -30, textAnchor: "start", lineAnchor: "middle" }),
    ];
  });
}

/** Room for the names, for the key and the axis, and for the figure behind the last dot. */
export const ratioMargins: Readonly<Record<"width" | "marginLeft" | "marginRight" | "marginTop", number>> = {
  width: chartWidth,
  marginLeft: 236,
  marginRight: 60,
  marginTop: 64,
};
