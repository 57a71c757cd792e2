// @module-tag slow
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { metagradIn } from "./testing/process.js";
import { isModulePath } from "./user-module.js";

const cwd = mkdtempSync(join(tmpdir(), "metagrad-user-module-"));
afterAll(() => rmSync(cwd, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
}

test("paths are told from names", () => {
  const paths = ["./mine.ts", "../a/mine.mjs", "/tmp/mine.js", "mine.ts", "deep/mine.mts", "C:\\mine.ts"];
  const names = ["maml-2017/sinusoid", "door-open", "v1.2", "metaworld/door-open"];
  expect(paths.filter(isModulePath)).toEqual(paths);
  expect(names.filter(isModulePath)).toEqual([]);
});

describe("metagrad run", () => {
  test("runs what TypeScript's compiler accepts, with the library and the program's own options", async () => {
    write({
      "sizes.ts": `export enum Size { Small = 2, Large }\nexport interface Sized { readonly size: Size }`,
      "program.ts": `
        import { LossFn, MlpParams, mlp, Rng } from "metagrad";
        import { grad, tensor } from "metagrad/tensor";
        import { Size, type Sized } from "./sizes.js";
        import { Size as Same } from "./sizes";
        class Box implements Sized { constructor(readonly size: Size) {} }
        const loss: LossFn<MlpParams> | undefined = undefined;
        const { size }: Sized = new Box(Size.Large);
        const layers = Object.keys(mlp([1, size]).init(Rng.seed(0))).length;
        const slope = grad((x) => x.mul(x).sum())(tensor([3])).data()[0]!;
        console.log(JSON.stringify([size, Same.Small, layers > 0, slope, loss, process.argv.slice(2)]));
      `,
    });
    const { code, stdout, stderr } = await metagradIn(cwd, "run program.ts --steps 3 --help -x");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual([3, 2, true, 6, null, ["--steps", "3", "--help", "-x"]]);
    expect(code).toBe(0);
  });

  test("compiles with relaxed SIMD wherever Node has it", async () => {
    write({ "build.mjs": `import { currentBuild } from "metagrad"; console.log(currentBuild());` });
    expect((await metagradIn(cwd, "run build.mjs")).stdout).toBe("relaxed\n");
  });

  test("an error of the program names its line", async () => {
    write({
      "fails.ts": `interface A {\n  readonly a: number;\n}\nconst a: A = { a: 1 };\nthrow new Error("no " + a.a);`,
    });
    const { code, stderr } = await metagradIn(cwd, "run fails.ts");
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: no 1\n\s+at .*fails\.ts:5:\d+/);
  });

  test("a mistake in the text names its place", async () => {
    write({ "typo.ts": "const a: number = 1;\nconst b: number = ;" });
    const { code, stderr } = await metagradIn(cwd, "run typo.ts");
    expect(code).toBe(1);
    expect(stderr).toMatch(/typo\.ts:2:19: Expression expected\n(.*\n)?const b: number = ;\n/);
  });

  test.each([
    ["gone.ts", `gone.ts: expected a module, got no such file (${join(cwd, "gone.ts")})`],
    [".", ".: expected a module that ends in .ts, .mts, .js, .mjs, .cjs, got a folder"],
    ["data.csv", "data.csv: expected a module that ends in .ts, .mts, .js, .mjs, .cjs, got .csv"],
    ["view.tsx", "view.tsx: expected a module that ends in .ts, .mts, .js, .mjs, .cjs, got .tsx"],
  ])("%s is refused", async (name, message) => {
    write({ "data.csv": "1,2", "view.tsx": "export {}" });
    const { code, stderr } = await metagradIn(cwd, `run ${name}`);
    expect(stderr).toContain(`error: ${message}`);
    expect(code).toBe(2);
  });
});
