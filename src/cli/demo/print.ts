/** Words and charts of the demo, for terminals with and without colours. */
import { styleText } from "node:util";
import { type LineChart, terminalChart } from "../../render/index.js";

const isTerminal = process.stdout.isTTY === true;
const hasColor = isTerminal && !process.env.NO_COLOR && process.env.TERM !== "dumb";

export function print(text: string): void {
  console.log(text);
}

export function style(format: "bold" | "dim" | "cyan" | "green" | "red", text: string): string {
  return hasColor ? styleText(format, text) : text;
}

/** Prints the heading of a part. */
export function printHeading(title: string, ...lines: readonly string[]): void {
  print("");
  print(style("bold", title));
  for (const line of lines) print(line);
}

export function printChart(chart: LineChart): void {
  const width = Math.min(process.stdout.columns ?? 80, 84) - 2;
  print("");
  for (const line of terminalChart(chart, { width, height: 16, color: hasColor })) print(`  ${line}`);
}

/** Prints `label ▇▇▇▇▇ value` for each, the longest bar for `largest`. */
export function printBars(
  rows: readonly (readonly [label: string, value: number, text: string])[],
  largest: number,
): void {
  const labelWidth = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value, text] of rows) {
    const bar = "▇".repeat(Math.max(1, Math.round((30 * value) / largest)));
    print(`  ${label.padEnd(labelWidth)}  ${style("cyan", bar)} ${text}`);
  }
}
