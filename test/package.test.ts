// @module-tag slow
/** The package that users install: packed from a copy of the tree, then used as they and publint use it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseBuild } from "../src/engine/index.js";
import { encodePng } from "../src/formats/index.js";
import { withAbsoluteLinks, withRelativeLinks } from "../tools/package-readme.js";
import { ISOLATION, launchChromium, noChromium, serve } from "./browser/chromium.js";
import { digests } from "./browser/program.js";
import { importCircles, modulesIn } from "./import-circles.js";
import { cloneTree, diskBytes, installTarball, npm } from "./packed.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const pkg = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const LIMIT_MB = 45;

let clone: string;
let withoutBuild: string;
let files: readonly string[];
let home: string;
let installed: string;
let dependencies: readonly string[];

beforeAll(() => {
  clone = cloneTree();
  withoutBuild = failure(() => npm(clone, "pack"));
  npm(clone, "run", "pack");
  const tarball = join(clone, `metagrad-${pkg.version}.tgz`);
  files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "")
    .map((path) => path.replace(/^package\//, ""));
  ({ home, dependencies } = installTarball(tarball));
  installed = join(home, "node_modules/metagrad");
}, 240_000);

afterAll(() => {
  for (const folder of [clone, home]) rmSync(folder, { recursive: true, force: true });
});

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  return "it did not fail";
}

/** Runs a module in the folder where the package is installed. @returns what it printed */
function runHere(text: string, flags: readonly string[] = []): string {
  writeFileSync(join(home, "program.mjs"), text);
  return execFileSync(process.execPath, [...flags, "program.mjs"], { cwd: home, encoding: "utf8" }).trim();
}

/** What can be imported: `metagrad`, `metagrad/tensor`, … */
const entries = Object.keys(pkg.exports).map((path) => path.replace(/^\./, "metagrad"));
const modules = entries.filter((name) => !name.endsWith(".json"));

describe("npm pack", () => {
  test("refuses a tree that was not built", () => {
    expect(withoutBuild).toMatch(/npm error .*ENOENT.*\.npmignore/);
  });

  test("of a fresh clone builds first, and leaves the README as it was", () => {
    expect(existsSync(join(clone, "dist/index.js"))).toBe(true);
    expect(readFileSync(join(clone, "README.md"), "utf8")).toBe(
      readFileSync(join(root, "README.md"), "utf8"),
    );
  });

  test("holds the command, the code and types of every entry, and the published models", () => {
    const targets = Object.values(pkg.exports as Record<string, string | Record<string, string>>).flatMap(
      (entry) => (typeof entry === "string" ? [entry] : Object.values(entry)),
    );
    const needed = [pkg.bin.metagrad, ...targets.map((path) => path.slice(2))];
    const published = ["results/maml-2017/sinusoid.json", "results/maml-2017/sinusoid.maml.safetensors"];
    expect(files).toEqual(expect.arrayContaining([...needed, ...published, "src/data/GLYPHS-LICENSE.md"]));
  });

  test("holds no tests, no sources, no source maps and no figures", () => {
    expect(files.filter((path) => /\.test\.|\/testing\/|\.map$|\.svg$|(?<!\.d)\.ts$/.test(path))).toEqual([]);
    expect(readFileSync(join(installed, "dist/index.js"), "utf8")).not.toContain("sourceMappingURL");
  });

  test(`installs in less than ${LIMIT_MB} MB, dependencies and all`, () => {
    const own = diskBytes(installed) / 2 ** 20;
    const all = own + dependencies.reduce((sum, path) => sum + diskBytes(path), 0) / 2 ** 20;
    console.log(
      `package: ${files.length} files, ${own.toFixed(1)} MB; ${all.toFixed(1)} MB with dependencies`,
    );
    expect(all).toBeLessThan(LIMIT_MB);
  });

  test("publint finds nothing to complain about", async () => {
    const { messages } = await publint({ pkgDir: installed, level: "suggestion", strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});

describe("the README of the package", () => {
  const readme = () => readFileSync(join(installed, "README.md"), "utf8");

  test("has no link that a package's page could not follow", () => {
    const targets = [...readme().matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(([, a, b]) => a ?? b!);
    expect(targets.length).toBeGreaterThan(30);
    expect(targets.filter((target) => !/^(https:|#)/.test(target))).toEqual([]);
  });

  test("has the address that package.json gives everywhere", () => {
    const address = pkg.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
    expect([pkg.homepage, pkg.bugs]).toEqual([`${address}#readme`, `${address}/issues`]);
    expect(readme()).toContain(`](${address}/blob/main/ARCHITECTURE.md)`);
    expect(readme()).toContain(`src="${address}/raw/main/docs/sinusoid.svg"`);
  });

  test.each([
    ["[a](bin/metagrad.js#L1) and [b](https://x.org/y) and [c](#c)"],
    [
      '<img alt="x" src="results/maml-2017/sinusoid.adaptation.svg"> <img src="https://x.org/a.svg"> [d](mailto:a@b.c)',
    ],
  ])("links there and back: %s", (text) => {
    expect(withRelativeLinks(withAbsoluteLinks(text))).toBe(text);
    expect(withAbsoluteLinks(withAbsoluteLinks(text))).toBe(withAbsoluteLinks(text));
  });

  test("code is left as it is", () => {
    const code = "`f[0](x)` and\n\n```ts\nnet[key](x, y);\n```";
    expect(withAbsoluteLinks(code)).toBe(code);
  });
});

describe("installed", () => {
  test("every entry is imported, and required", () => {
    const printed = runHere(`
      import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      const names = ${JSON.stringify(entries)};
      for (const name of names) {
        const json = name.endsWith(".json");
        const imported = json ? await import(name, { with: { type: "json" } }) : await import(name);
        const required = require(name);
        if (!json && Object.keys(imported).join() !== Object.keys(required).join()) throw new Error(name);
      }
      console.log(names.length);
    `);
    expect(printed.split("\n").at(-1)).toBe(String(entries.length));
  });

  test.each(["nodenext", "bundler"])("every entry has types, resolved by %s", (moduleResolution) => {
    const imports = modules.map((name, i) => `import * as part${i} from "${name}"; export { part${i} };`);
    const use = `import { mlp, Rng, type MlpParams } from "metagrad";
      export const params: MlpParams = mlp([1, 2]).init(Rng.seed(0));
      // @ts-expect-error: a size is a number
      mlp(["1"]);`;
    writeFileSync(join(home, "types.mts"), [...imports, use].join("\n"));
    const module = moduleResolution === "bundler" ? "esnext" : "nodenext";
    const options = { strict: true, noEmit: true, target: "es2023", module, moduleResolution, types: [] };
    writeFileSync(
      join(home, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true }, files: ["types.mts"] }),
    );
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [compiler, "-p", "."], { cwd: home, stdio: "pipe" });
  });

  test("trains", () => {
    const printed = runHere(`
      import { compile, currentBuild } from "metagrad/engine";
      import { grad, tensor } from "metagrad/tensor";
      const step = compile((w) => w.sub(grad((v) => v.mul(v).sum())(w).mul(0.5)));
      console.log(step(tensor([1, 2])).data().join(), currentBuild());
    `);
    expect(printed).toBe("0,0 relaxed");
  });

  test("runs a program in TypeScript: by the command, and by node --import metagrad/register", () => {
    writeFileSync(join(home, "sizes.ts"), "export enum Size { One = 1 }");
    writeFileSync(
      join(home, "program.ts"),
      `import { tensor, Tensor } from "metagrad"; import { Size } from "./sizes.js";
      const double = (x: Tensor): Tensor => x.mul(2);
      console.log(double(tensor([Size.One])).data()[0], process.argv.slice(2).join());`,
    );
    const node = (...args: readonly string[]) =>
      execFileSync(process.execPath, args, { cwd: home, encoding: "utf8" });
    const bin = join(installed, "bin/metagrad.js");
    expect(node(bin, "run", "program.ts", "a", "--b")).toBe("2 a,--b\n");
    expect(node("--import", "metagrad/register", "program.ts", "a", "--b")).toBe("2 a,--b\n");
  });

  test.each(["env.mjs", "env.ts"])("steps the environments of %s in threads", (name) => {
    const typed = name.endsWith(".ts");
    const type = typed ? ": Point2d" : "";
    writeFileSync(
      join(home, name),
      `import { Point2d } from "metagrad/envs"; export const make = ()${type} => new Point2d();`,
    );
    const printed = runHere(
      `
      import { workerBatch } from "metagrad/envs";
      import { Rng } from "metagrad/random";
      const module = new URL("./${name}", import.meta.url);
      const batch = await workerBatch({ module, make: "make" }, { count: 2, workers: 2 });
      batch.reset([[9, 0], [0.1, 0]], Rng.seed(0));
      console.log(batch.step([0.1, 0, 0.1, 0]).join(), batch.arrays.observations.join());
      batch.close();
    `,
      typed ? ["--import", "metagrad/register"] : [],
    );
    expect(printed).toBe("1 0.10000000149011612,0,0.10000000149011612,0");
  });

  test("the command decodes a folder of classes in threads of its own", () => {
    const from = join(home, "pets");
    for (const name of ["cat", "dog"]) {
      mkdirSync(join(from, name), { recursive: true });
      const png = encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) });
      writeFileSync(join(from, name, "1.png"), png);
    }
    const bin = join(installed, "bin/metagrad.js");
    const args = [bin, "data", "add", "folder", "--name", "pets", "--from", from, "--size", "2"];
    const env = { ...process.env, METAGRAD_DATA: join(home, "data"), METAGRAD_SOURCE: "" };
    const made = execFileSync(process.execPath, args, { cwd: home, env, encoding: "utf8", stdio: "pipe" });
    expect(made).toBe(`${join(home, "data", "pets-2x2.images")}\n`);
  });

  test.skipIf(noChromium)(
    `in a page, bundled, it computes with workers, and the bits of Node${noChromium ? ` (${noChromium})` : ""}`,
    async () => {
      const root = join(home, "page");
      mkdirSync(join(root, "node_modules"), { recursive: true });
      symlinkSync(installed, join(root, "node_modules/metagrad"));
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
});

test("every built module can be the first one that is imported", { timeout: 60_000 }, async () => {
  const modules = modulesIn(join(installed, "dist"));
  // what starts work as soon as it is loaded: the commands, and what runs in threads
  const starts = modules.filter((path) => /(cli\/main|register|-worker|\/worker)\.js$/.test(path));
  const circles = importCircles(modules).flat();
  const alone = circles.map((path) => loadInThread([path]));
  const rest = modules.filter((path) => !circles.includes(path) && !starts.includes(path));
  const failures = await Promise.all([...alone, loadInThread(rest)]);
  expect(failures.flat()).toEqual([]);
  expect(rest.length).toBeGreaterThan(300);
  console.log(
    `modules: ${modules.length}, ${circles.length} of them on circles, each loaded first in its own thread`,
  );
});

/** Imports modules in order in a thread that has loaded nothing yet; returns what went wrong. */
function loadInThread(paths: readonly string[]): Promise<string[]> {
  const script = `
    const { parentPort, workerData } = require("node:worker_threads");
    (async () => {
      const failures = [];
      for (const path of workerData) await import(path).catch(({ message }) => failures.push(path + ": " + message));
      parentPort.postMessage(failures);
      process.exit();
    })();`;
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { eval: true, workerData: paths });
    thread.once("message", resolve).once("error", reject);
  });
}
