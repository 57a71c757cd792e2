/**
 * Changes one number or comparison of the sources at a time, and reports which changes no test notices.
 *
 * Works in a copy of the checkout in a temporary folder, so that the sources stay as they are whatever happens.
 *
 * Usage: npm run mutate -- [--count 60] [--seed 0] [--only REGEXP] [--skip N] [--again LOG] [--list]
 *   --only    files by their path, such as envs/metaworld/tasks
 *   --skip    the first N changes of the same sample, to go on where another run has ended
 *   --again   only those that a run, whose output is in LOG, has found unnoticed
 *   --list    what would be changed
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Rng } from "../src/random/index.js";

interface Subject {
  readonly files: RegExp;
  /** Changes of 60 that are made here. */
  readonly share: number;
  /** The tests that are to notice, the quickest first. */
  readonly tests: readonly (readonly string[])[];
}

const GOLDEN = "src/envs/metaworld/tasks/golden.test.ts";
const TABLES = ["defaults", "published", "budgets"].map((name) => `src/experiments/${name}.test.ts`);
const META_GOLDENS = ["test/maml-plus-plus.test.ts", "test/metagradients.test.ts"];

/** The first that fits a file counts. */
const SUBJECTS: readonly Subject[] = [
  { files: /^src\/envs\/metaworld\/tasks\//, share: 26, tests: [[GOLDEN], ["test/metaworld-docs.test.ts"]] },
  {
    files: /^src\/envs\/metaworld\/(?!parity)[\w-]+\.ts$/,
    share: 6,
    tests: [["src/envs/metaworld/"], ["src/envs/specs.test.ts"]],
  },
  { files: /^src\/envs\/minatar\//, share: 8, tests: [["src/envs/minatar/"]] },
  {
    files: /^src\/envs\/classic-control\//,
    share: 4,
    tests: [["src/envs/classic-control/"], ["src/envs/specs.test.ts"]],
  },
  {
    files: /^src\/envs\/(catch|discounting-chain|two-colours)\.ts$/,
    share: 2,
    tests: [["src/envs/small-worlds.test.ts"]],
  },
  {
    files: /^src\/rl\//,
    share: 4,
    tests: [["src/rl/", "--exclude=src/rl/learning.test.ts"], ["src/rl/learning.test.ts"]],
  },
  { files: /^src\/metarl\//, share: 2, tests: [["src/metarl/"]] },
  { files: /^src\/envs\/evaluation\.ts$/, share: 3, tests: [["src/envs/evaluation.test.ts"]] },
  {
    files: /^src\/experiments\//,
    share: 11,
    tests: [[...TABLES, "test/results.test.ts"], ["src/experiments/"]],
  },
  { files: /^src\/meta\//, share: 6, tests: [["src/meta/"], META_GOLDENS] },
  { files: /^src\/optim\//, share: 4, tests: [["src/optim/"], ["src/meta/"]] },
  { files: /^src\/nn\//, share: 4, tests: [["src/nn/"], ["src/meta/", ...META_GOLDENS]] },
];

interface Change {
  readonly path: string;
  readonly line: number;
  readonly at: number;
  readonly before: string;
  readonly after: string;
}

/** The text with comments, strings, imports and types blanked, character for character. */
function codeOf(text: string): string {
  const blank = (it: string) => it.replaceAll(/[^\n]/g, " ");
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<!:)\/\/.*/g, blank)
    .replaceAll(/^(?:export )?(?:interface|type) [\s\S]*?^(?:\}|.*;)$|^import [\s\S]*?;$/gm, blank)
    .replaceAll(/^ *(?:readonly )?\w+\??: [^=({]*;$/gm, blank);
}

/** Numbers, but for those that pick an element, and comparisons. */
function changesOf(path: string): Change[] {
  const code = codeOf(readFileSync(path, "utf8"));
  const found: Change[] = [];
  for (const match of code.matchAll(
    /(?<![\w.$#]|\w\[|\.at\()\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])| (?:[<>]=?) /g,
  )) {
    const before = match[0];
    const line = code.slice(0, match.index).split("\n").length;
    const after = changed(before);
    if (after !== before) found.push({ path, line, at: match.index, before, after });
  }
  return found;
}

function changed(before: string): string {
  const opposite: Readonly<Record<string, string>> = {
    " < ": " >= ",
    " > ": " <= ",
    " <= ": " > ",
    " >= ": " < ",
  };
  if (before in opposite) return opposite[before]!;
  const value = Number(before.replaceAll("_", ""));
  if (Number.isInteger(value)) return String(value < 10 ? value + 1 : Math.round(1.25 * value));
  return String(Number((1.25 * value).toPrecision(12)));
}

/** Changes of each subject by its share, in an order of their own that the seed gives. */
function sample(count: number, seed: number, only: RegExp): Change[] {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((name) => join("src", name))
    .filter(
      (path) => path.endsWith(".ts") && !/\.test\.ts$|\/testing\/|index\.ts$/.test(path) && only.test(path),
    );
  const of = new Map(SUBJECTS.map((subject) => [subject, [] as { change: Change; key: number }[]]));
  const rng = Rng.seed(seed);
  for (const path of sources) {
    const mine = of.get(subjectOf(path)!);
    for (const change of mine ? changesOf(path) : []) {
      mine!.push({ change, key: rng.fork(`${path}:${change.at}`).uniform(0, 1) });
    }
  }
  const shares = [...of].filter(([, changes]) => changes.length > 0);
  const total = shares.reduce((sum, [{ share }]) => sum + share, 0);
  return shares.flatMap(([{ share }, changes]) => {
    const ordered = changes.sort((a, b) => a.key - b.key).map(({ change }) => change);
    return ordered.slice(0, Math.round((count * share) / total));
  });
}

function subjectOf(path: string): Subject | undefined {
  return SUBJECTS.find(({ files }) => files.test(path));
}

/** Copies the checkout, but for what is built or installed. */
function copyCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), "metagrad-mutants-"));
  const left = ["node_modules", "dist", "runs", ".git", ".cache"];
  for (const name of readdirSync(".").filter((it) => !left.includes(it)))
    cpSync(name, join(folder, name), { recursive: true });
  for (const name of ["node_modules", "dist"])
    if (existsSync(name)) symlinkSync(join(process.cwd(), name), join(folder, name));
  return folder;
}

/** Whether these tests fail. Of Meta-World's golden only the tasks that the file defines are played. */
function fails(folder: string, path: string, tests: readonly string[]): boolean {
  const args = ["vitest", "run", "--bail", "1", "--reporter", "dot", ...tests];
  if (tests[0] === GOLDEN) {
    const names = [...readFileSync(path, "utf8").matchAll(/\bname: "([\w-]+)"/g)].map(([, name]) => name);
    if (names.length > 0) args.push("-t", `'(${names.join("|")})':`);
  }
  return spawnSync("npx", args, { cwd: folder, encoding: "utf8", timeout: 600_000 }).status !== 0;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "60" },
      seed: { type: "string", default: "0" },
      only: { type: "string", default: "" },
      skip: { type: "string", default: "0" },
      again: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const describe = ({ path, line, before, after }: Change) =>
    `${path}:${line}: ${before.trim()} → ${after.trim()}`;
  const unnoticedBefore = values.again === undefined ? undefined : readFileSync(values.again, "utf8");
  const changes = sample(Number(values.count), Number(values.seed), new RegExp(values.only))
    .slice(Number(values.skip))
    .filter((change) => unnoticedBefore?.includes(`NOT NOTICED ${describe(change)}\n`) ?? true);
  if (values.list) {
    for (const change of changes) console.log(describe(change));
    return;
  }
  const folder = copyCheckout();
  const unnoticed: string[] = [];
  try {
    for (const change of changes) {
      const { path, at, before, after } = change;
      const text = readFileSync(path, "utf8");
      writeFileSync(join(folder, path), text.slice(0, at) + after + text.slice(at + before.length));
      const { tests } = subjectOf(path)!;
      const noticed = tests.some((group) => fails(folder, path, group));
      writeFileSync(join(folder, path), text);
      if (!noticed) unnoticed.push(describe(change));
      console.log(`${noticed ? "noticed    " : "NOT NOTICED"} ${describe(change)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const share = (100 * (changes.length - unnoticed.length)) / changes.length;
  console.log(`${changes.length - unnoticed.length} of ${changes.length} noticed, ${share.toFixed(0)}%`);
  for (const it of unnoticed) console.log(`  not: ${it}`);
  process.exitCode = share >= 90 ? 0 : 1;
}

main();
