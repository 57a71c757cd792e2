/** The rules of the house (ARCHITECTURE.md), read from the sources themselves. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** Every part of `src`, in the order in which they may import: each only from those before it. */
const PORTABLE = [
  ...["errors", "math", "random", "platform", "tensor", "engine", "nn", "distributions", "optim", "stats"],
  ...["formats", "render", "data", "meta", "analysis", "envs", "rl", "metarl", "index"],
];
const NODE_ONLY = ["files", "run", "datasets", "experiments", "sweep", "works", "server", "cli", "register"];
const ORDER = [...PORTABLE, ...NODE_ONLY];

const MAX_LINES = 400;
const GENERATED = ["src/data/glyphs-data.ts"];

interface Source {
  readonly path: string;
  /** The folder under `src`, or the file in it: `nn`, `errors`. */
  readonly part: string;
  readonly text: string;
  /** `text` without comments and the content of strings, line for line. */
  readonly code: string;
  /** What it imports, as written. */
  readonly imports: readonly string[];
}

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name));
const isTest = (path: string) => path.endsWith(".test.ts") || path.includes("/testing/");
const sources = files.filter((path) => !isTest(path) && !GENERATED.includes(path)).map(read);

function read(path: string): Source {
  const text = readFileSync(path, "utf8");
  const code = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .replaceAll(/"(?:\\.|[^"\\\n])*"|(?<![:"'`])\/\/.*/g, (it) => (it.startsWith("/") ? "" : '""'));
  const imports = [...text.matchAll(/^(?:import|export|\}).*? from "(.+?)"|\bimport\("(.+?)"\)/gm)];
  return { path, part: partOf(path), text, code, imports: imports.map(([, a, b]) => (a ?? b)!) };
}

function partOf(path: string): string {
  return path.split("/")[1]!.replace(/\.[jt]s$/, "");
}

/** `path:line` of every match in the code of these sources. */
function find(among: readonly Source[], pattern: RegExp): string[] {
  return among.flatMap(({ path, code }) =>
    code.split("\n").flatMap((line, i) => {
      const hit = line.match(pattern);
      return hit ? [`${path}:${i + 1}: ${hit[0]}`] : [];
    }),
  );
}

const isPortable = ({ part }: Source) => PORTABLE.includes(part);

test("no doc comment begins with Of: it names what it describes", () => {
  const wrong = files
    .filter((path) => !GENERATED.includes(path))
    .flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/\/\*\*[\s*]*Of .*/g)].map(([it]) => `${path}: ${it}`),
    );
  expect(wrong).toEqual([]);
});

describe("the order of folders", () => {
  test("every part of src has its place in it", () => {
    expect([...new Set(sources.map(({ part }) => part))].filter((part) => !ORDER.includes(part))).toEqual([]);
  });

  test.each(ORDER)("%s imports only from parts before it", (part) => {
    const broken = sources.filter((source) => source.part === part).flatMap(importsFromBelow);
    expect(broken).toEqual([]);
  });
});

test("rules are handed the transforms that they need, and import none", () => {
  const rules = sources.filter(({ path }) => path.includes("tensor/rules/"));
  expect(rules.length).toBeGreaterThan(2);
  const broken = rules.filter(({ imports }) => imports.some((name) => name.includes("/transforms/")));
  expect(broken.map(({ path }) => path)).toEqual([]);
});

function importsFromBelow({ path, part, imports }: Source): string[] {
  const relative = imports.filter((name) => name.startsWith("."));
  const targets = relative.map((name) => normalize(join(dirname(path), name)));
  const below = targets.filter((target) => ORDER.indexOf(partOf(target)) > ORDER.indexOf(part));
  return below.map((target) => `${path} imports ${target}`);
}

describe("the portable part", () => {
  test("imports nothing of Node", () => {
    const node = sources.filter(isPortable).flatMap(({ path, imports }) => {
      return imports.filter((name) => name.startsWith("node:")).map((name) => `${path} imports ${name}`);
    });
    expect(node).toEqual([]);
  });

  test("uses no global of Node", () => {
    expect(find(sources.filter(isPortable), /\b(process\.|Buffer\.|__dirname|setImmediate\b)/)).toEqual([]);
  });

  test("has no top-level await, so that it can be required", () => {
    expect(find(sources.filter(isPortable), /^(const .*= )?await\b/)).toEqual([]);
  });
});

describe("names", () => {
  test("say what is in them: no utils, common, helpers, misc", () => {
    const vague = /^(utils?|common|helpers?|misc)(\.|$)/;
    expect(files.filter((path) => path.split("/").some((name) => vague.test(name)))).toEqual([]);
  });

  test("of files are kebab-case", () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/;
    expect(files.filter((path) => !kebab.test(basename(path)))).toEqual([]);
  });
});

describe("results are the same everywhere", () => {
  // these differ in their last bits between JavaScript engines; src/math has our own
  const inexact =
    /\bMath\.(exp|log|log2|log10|log1p|expm1|sin|cos|tan|a?(?:sinh|cosh|tanh)|atan2?|asin|acos|pow|cbrt|hypot)\b/;
  const computing = sources.filter(({ part }) => part !== "cli");

  test("transcendental functions are our own", () => {
    expect(
      find(
        computing.filter(({ part }) => part !== "math"),
        inexact,
      ),
    ).toEqual([]);
  });

  test("powers of anything but 2 are written as products", () => {
    expect(find(computing, /(?<!\b2) \*\* /)).toEqual([]);
  });

  test("random numbers come from named streams", () => {
    expect(find(sources, /\bMath\.random\b|\bcrypto\.getRandomValues\b/)).toEqual([]);
  });
});

test("only the command line prints", () => {
  expect(
    find(
      sources.filter(({ part }) => part !== "cli"),
      /\bconsole\.\w+/,
    ),
  ).toEqual([]);
});

test("only experiments have default exports", () => {
  expect(
    find(
      sources.filter(({ part }) => part !== "experiments"),
      /^export default\b/,
    ),
  ).toEqual([]);
});

test(`no file is longer than ${MAX_LINES} lines, but for kernels`, () => {
  const long = sources
    .filter(({ path }) => !path.startsWith("src/engine/kernels/"))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});

test("whatever is left open names its issue", () => {
  const comments = sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .flatMap((line, i) => (/\b(TODO(?!\(#\d+\))|FIXME|XXX)\b/.test(line) ? [`${path}:${i + 1}`] : [])),
  );
  expect(comments).toEqual([]);
});

test("no test goes by the clock", () => {
  // two set the age of a file, one keeps a page busy, and one is this list
  const reasons = [
    ...["src/run/lock.test.ts", "src/run/clean.test.ts", "test/browser-metaworld.test.ts"],
    "test/house.test.ts",
  ];
  const beyond = readdirSync("test", { recursive: true, encoding: "utf8" }).map((name) => join("test", name));
  const tests = [...files, ...beyond].filter((path) => path.endsWith(".test.ts") && !reasons.includes(path));
  const clocks =
    /\bperformance\.now\(|\bDate\.now\(|\bnew Date\(\)|\bhrtime\b|\bcpuUsage\b|\bresourceUsage\b/;
  expect(find(tests.map(read), clocks)).toEqual([]);
});
