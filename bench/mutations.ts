/**
 * Reads 10,000 mutants of each format, and reports readers that answer in other words than a `MetaError`, the slowest file
 * and the most memory.
 *
 * Usage: npm run bench:mutations -- [FORMAT...] [--count N]
 */
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { byteFormats, type Format, faultOf, folderFormats } from "../test/mutations.js";

const SLOW_MS = 2000;
const MOST_MB = 512;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "10000" } },
});
const count = Number(values.count);
const { formats, close } = await folderFormats();
const chosen = [...byteFormats(), ...formats].filter(
  ({ name }) => positionals.length === 0 || positionals.includes(name),
);

function measure(format: Format): string[] {
  const faults: string[] = [];
  let slowest = 0;
  let most = 0;
  for (let seed = 0; seed < count; seed++) {
    const begin = performance.now();
    const fault = faultOf(format, seed);
    slowest = Math.max(slowest, performance.now() - begin);
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    most = Math.max(most, (heapUsed + arrayBuffers) / 2 ** 20);
    if (fault !== undefined) faults.push(fault);
  }
  for (const fault of faults.slice(0, 3)) console.error(`${format.name}: ${fault}`);
  if (faults.length > 0 || slowest > SLOW_MS || most > MOST_MB) process.exitCode = 1;
  return [format.name, String(count), String(faults.length), slowest.toFixed(0), most.toFixed(0)];
}

try {
  const rows = chosen.map(measure);
  console.log(alignColumns([["", "mutants", "faults", "slowest, ms", "memory, MB"], ...rows]).join("\n"));
} finally {
  close();
}
