/** What a measurement comes to, and how it is printed. */
import { alignColumns } from "../../src/cli/table-text.js";
import type { Table } from "../verdicts.js";

export interface Report {
  /** Printed one a line with --json. */
  readonly findings: readonly object[];
  readonly table: Table;
  /** Lines below the table. */
  readonly notes?: readonly string[];
  /** Whether any target was missed. */
  readonly missed: boolean;
}

export function printReport({ findings, table: { head, rows }, notes = [] }: Report, json: boolean): void {
  if (json) for (const finding of findings) console.log(JSON.stringify(finding));
  else console.log([...alignColumns([head, ...rows]), ...notes.map((note) => `\n${note}`)].join("\n"));
}
