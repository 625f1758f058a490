import { plot, type PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { ChartTheme } from "./chart-theme.ts";

/** As wide as a README's column. */
export const chartWidth = 830;

/** Draws a chart, and gives it as the text of an SVG file that stands alone. */
export function drawChart(options: PlotOptions, { background, text }: ChartTheme): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const style = { background, color: text, fontFamily: "system-ui, sans-serif", fontSize: "12px", overflow: "visible" };
  const svg = plot({ width: chartWidth, ...options, style, document });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML.replaceAll("&nbsp;", "&#160;")}\n`;
}
