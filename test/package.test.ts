/** The package that users install: built into a folder of its own, then looked at as npm and publint do. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chooseBuild } from "../src/engine/index.js";
import { encodePng } from "../src/formats/index.js";
import { ISOLATION, launchChromium, noChromium, serve } from "./browser/chromium.js";
import { digests } from "./browser/program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "metagrad-package-"));
const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
let packed: Packed;

beforeAll(() => {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [
    compiler,
    "-p",
    join(root, "tsconfig.build.json"),
    "--outDir",
    join(folder, "dist"),
  ]);
  for (const name of ["package.json", "bin", "src"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const json = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  [packed] = JSON.parse(json);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("publint finds nothing to complain about", async () => {
  const { messages } = await publint({ pkgDir: folder, level: "suggestion", strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("the package holds the command, code and types of every entry, and no tests", () => {
  const paths = packed.files.map(({ path }) => path);
  const entries = Object.values(pkg.exports as Record<string, string | Record<string, string>>).flatMap(
    (entry) => (typeof entry === "string" ? [entry] : Object.values(entry)),
  );
  expect(paths).toEqual(expect.arrayContaining([pkg.bin.metagrad, ...entries.map((path) => path.slice(2))]));
  expect(paths.filter((path) => /\.test\.|\/testing\//.test(path))).toEqual([]);
  console.log(`package: ${paths.length} files, ${(packed.size / 1e6).toFixed(2)} MB packed`);
});

test("the built package is imported by name, and trains", () => {
  const script = `
    import { compile } from "metagrad/engine";
    import { grad, tensor } from "metagrad/tensor";
    const step = compile((w) => w.sub(grad((v) => v.mul(v).sum())(w).mul(0.5)));
    console.log(step(tensor([1, 2])).data().join());
  `;
  const args = ["--input-type=module", "--eval", script];
  expect(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).trim()).toBe("0,0");
});

test("the built package steps a module's environments in threads", () => {
  const env = `import { Point2d } from "metagrad/envs"; export const make = () => new Point2d();`;
  writeFileSync(join(folder, "env.js"), env);
  const script = `
    import { workerBatch } from "metagrad/envs";
    import { Rng } from "metagrad/random";
    const module = new URL("./env.js", import.meta.url);
    const batch = await workerBatch({ module, make: "make" }, { count: 2, workers: 2 });
    batch.reset([[9, 0], [0.1, 0]], Rng.seed(0));
    console.log(batch.step([0.1, 0, 0.1, 0]).join(), batch.arrays.observations.join());
    batch.close();
  `;
  writeFileSync(join(folder, "step.js"), script);
  const printed = execFileSync(process.execPath, ["step.js"], { cwd: folder, encoding: "utf8" });
  expect(printed.trim()).toBe("1 0.10000000149011612,0,0.10000000149011612,0");
});

test("the built command decodes a folder of classes in threads of its own", () => {
  const from = join(folder, "pets");
  for (const name of ["cat", "dog"]) {
    mkdirSync(join(from, name), { recursive: true });
    const png = encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) });
    writeFileSync(join(from, name, "1.png"), png);
  }
  const args = ["bin/metagrad.js", "data", "add", "folder", "--name", "pets", "--from", from, "--size", "2"];
  const env = { ...process.env, METAGRAD_DATA: join(folder, "data"), METAGRAD_SOURCE: "" };
  const made = execFileSync(process.execPath, args, { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
  expect(made).toBe(`${join(folder, "data", "pets-2x2.images")}\n`);
});

test.skipIf(noChromium)(
  `a page that bundles the built package computes with workers, and the bits of Node${noChromium ? ` (${noChromium})` : ""}`,
  async () => {
    const root = join(folder, "page");
    mkdirSync(join(root, "node_modules"), { recursive: true });
    symlinkSync(folder, join(root, "node_modules/metagrad"));
    for (const file of ["index.html", "page.ts", "worker.ts", "program.ts", "episodes.ts"]) {
      const text = readFileSync(join(import.meta.dirname, "browser", file), "utf8");
      writeFileSync(join(root, file), text.replaceAll(/"..\/..\/src(\/\w+)?\/index.js"/g, '"metagrad$1"'));
    }
    await build({ configFile: false, logLevel: "error", root, base: "./" });

    const site = await serve(join(root, "dist"), ISOLATION);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(site.url);
      chooseBuild("simd");
      expect(await page.evaluate("compute(2)")).toEqual({ threads: 2, digests: await digests() });
    } finally {
      await browser.close();
      site.close();
    }
  },
  60_000,
);
