/** Everything that the documentation shows runs: the README's program, and each `@example` in the sources. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { transformWithOxc } from "vite";
import { describe, expect, test, vi } from "vitest";
import * as metagrad from "../src/index.js";

type Scope = Readonly<Record<string, unknown>>;

/** Runs TypeScript with the names of `scope` in reach, and the public API as what it imports from metagrad. */
async function run(typescript: string, scope: Scope): Promise<void> {
  const { code } = await transformWithOxc(typescript, "example.ts");
  const body = code.replaceAll(/^import \* as (\w+) from "metagrad";$/gm, "const $1 = metagrad;");
  const names = ["metagrad", ...Object.keys(scope)];
  const call = new Function(...names, `return (async () => {\n${body}\n})();`);
  await call(metagrad, ...Object.values(scope));
}

test("the README's program learns to adapt: one step halves the error", async () => {
  const [program] = readFileSync("README.md", "utf8").match(/(?<=^```ts\n)[\s\S]*?(?=^```$)/m)!;
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  await run(program!, {});
  const [before, after] = String(print.mock.lastCall)
    .match(/\d+\.\d+/g)!
    .map(Number);
  print.mockRestore();
  expect(after).toBeLessThan(0.5 * before!);
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
