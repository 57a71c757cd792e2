// @module-tag slow
/** Everything that the documentation shows runs: the programs of README and docs/, and each `@example` in the sources. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { transformWithOxc } from "vite";
import { describe, expect, test, vi } from "vitest";
import * as envs from "../src/envs/index.js";
import * as formats from "../src/formats/index.js";
import * as metagrad from "../src/index.js";
import * as render from "../src/render/index.js";
import * as rl from "../src/rl/index.js";

type Scope = Readonly<Record<string, unknown>>;

/** What a program can import, by the last part of its path. */
const packages: Scope = { metagrad, envs, formats, random: metagrad, render, rl };

/** Runs TypeScript with the names of `scope` in reach, and the public API as what it imports from metagrad. */
async function run(typescript: string, scope: Scope): Promise<void> {
  const { code } = await transformWithOxc(typescript, "example.ts");
  const body = code.replaceAll(
    /^import (?:\* as )?(\w+|\{[^}]*\}) from "metagrad(?:\/(\w+))?";$/gm,
    (_, names: string, part = "metagrad") => `const ${names} = packages.${part};`,
  );
  const names = ["packages", ...Object.keys(scope)];
  const call = new Function(...names, `return (async () => {\n${body}\n})();`);
  await call(packages, ...Object.values(scope));
}

/** The programs that a page of Markdown shows. */
function programs(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/(?<=^```ts\n)[\s\S]*?(?=^```$)/gm)].map(([code]) => code);
}

/** Runs a program, and returns the lines that it prints. */
async function printed(program: string): Promise<string[]> {
  const lines: string[] = [];
  const print = vi.spyOn(console, "log").mockImplementation((...values) => lines.push(values.join(" ")));
  try {
    await run(program, {});
  } finally {
    print.mockRestore();
  }
  return lines;
}

test("the README's program learns to adapt: one step halves the error", async () => {
  const [program] = programs("README.md");
  const [before, after] = (await printed(program!))
    .at(-1)!
    .match(/\d+\.\d+/g)!
    .map(Number);
  expect(after).toBeLessThan(0.5 * before!);
});

test("the README's other programs run", async () => {
  for (const program of programs("README.md").slice(1)) await run(program, {});
});

/** Its program is a module for the command line: src/cli/experiment.test.ts runs it there. */
const EXPERIMENT = "experiments.md";

describe("the programs of docs/ are one for each page, and print what they say:", () => {
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md") && name !== EXPERIMENT);
  test.each(pages)("%s", async (name) => {
    const program = programs(join("docs", name)).join("\n");
    const promised = [...program.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
    expect(await printed(program)).toEqual(promised);
  });
});

interface Example {
  readonly name: string;
  readonly folder: string;
  readonly code: string;
}

const examples = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .flatMap((name): Example[] => {
    const path = join("src", name);
    const found = [...readFileSync(path, "utf8").matchAll(/^ *\* @example\n((?: *\*(?!\/).*\n)+)/gm)];
    return found.map(([, comment], i) => ({
      name: found.length > 1 ? `${path}, example ${i + 1}` : path,
      folder: dirname(path),
      code: comment!.replaceAll(/^ *\* ?/gm, "").replace(/^@[\s\S]*/m, ""),
    }));
  });

describe("the example in", () => {
  test.each(examples)("$name", async ({ folder, code }) => {
    const index = ["index.ts", "../index.ts"].map((file) => resolve(folder, file)).find(existsSync)!;
    await run(code, { ...metagrad, ...((await import(index)) as Scope) });
  });
});
