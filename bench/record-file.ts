/** Records of results, as JSON that git can compare: six digits of each number are enough. */
import { writeFileSync } from "node:fs";

export function writeRecord(path: string, record: unknown): void {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  writeFileSync(path, `${JSON.stringify(record, rounded, 2)}\n`);
}
