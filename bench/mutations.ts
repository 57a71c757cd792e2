/**
 * Reads many damaged files of every format, and says what came of them: none may hang a reader, end it with an error
 * in JavaScript's own words, or take more memory than the file's size allows (test/mutations).
 *
 * Usage: npm run bench:mutations -- [FORMAT...] [--count N]
 *
 * Each format has a process of its own; one that reads a file for a minute hangs, and is ended.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { alignColumns } from "../src/cli/table-text.js";
import { type Judgement, judge } from "../test/mutations/judge.js";
import { openSubjects } from "../test/mutations/subjects.js";
import { typescript } from "./processes.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "10000" },
    one: { type: "boolean", default: false },
  },
});
const count = Number(options.count);
const { subjects, close } = await openSubjects();
const HANGS_AFTER_MS = 60_000;
const STARTS_WITHIN_MS = 300_000; // where other programs keep the machine busy

interface Outcome extends Judgement {
  readonly milliseconds: number;
  readonly peakMiB: number;
}

try {
  if (options.one) judgeHere(positionals[0]!);
  else await judgeAll();
} finally {
  close();
}

/** Judges one format in this process, and prints the number of each file before it is read. */
function judgeHere(name: string): void {
  const subject = subjects.find((it) => it.name === name)!;
  const start = performance.now();
  const judgement = judge(subject, count, (index) => process.stdout.write(`${index}\n`));
  const milliseconds = (performance.now() - start) / count;
  const outcome: Outcome = { ...judgement, milliseconds, peakMiB: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

async function judgeAll(): Promise<void> {
  const names = positionals.length > 0 ? positionals : subjects.map(({ name }) => name);
  const rows = [["format", "files", "read", "refused", "in ways", "ms a file", "peak, MiB", "faults"]];
  let faulty = 0;
  for (const name of names) {
    const outcome = await judgeApart(name);
    if (typeof outcome === "string") {
      faulty++;
      rows.push([name, String(count), ...new Array<string>(5).fill(""), outcome]);
      continue;
    }
    const { read, refused, refusals, milliseconds, peakMiB, faults } = outcome;
    const numbers = [
      count,
      read,
      refused,
      refusals,
      milliseconds.toFixed(2),
      peakMiB.toFixed(0),
      faults.length,
    ];
    rows.push([name, ...numbers.map(String)]);
    faulty += faults.length;
    for (const { index, problem } of faults.slice(0, 5)) console.log(`${name}, file ${index}: ${problem}`);
  }
  console.log(alignColumns(rows).join("\n"));
  if (faulty > 0) process.exitCode = 1;
}

/** Judges a format in a process of its own. Returns what came of it, or in words why nothing did. */
function judgeApart(name: string): Promise<Outcome | string> {
  const [command, ...args] = typescript("mutations.ts", name, "--one", "--count", String(count));
  const child = spawn(command!, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve) => {
    let last = "none";
    let rest = "";
    const ended = (problem: string) => {
      child.kill("SIGKILL");
      resolve(problem);
    };
    const hangs = () => ended(`hangs at file ${last}`);
    let timer = setTimeout(hangs, STARTS_WITHIN_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      clearTimeout(timer);
      timer = setTimeout(hangs, HANGS_AFTER_MS);
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      last = lines.at(-1) ?? last;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? (JSON.parse(last) as Outcome) : `ended with code ${code} at file ${last}`);
    });
  });
}
