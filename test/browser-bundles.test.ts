/**
 * What docs/browser.md says of bundles and of Content-Security-Policy: a bundler that does not know
 * `new Worker(new URL(…, import.meta.url))`, and pages that forbid what they can.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Format } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseBuild } from "../src/engine/index.js";
import { ISOLATION, launchChromium, noChromium, serve } from "./browser/chromium.js";
import { compiledDigests } from "./browser/program.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "metagrad-bundles-"));
let browser: Browser;
let bits: Awaited<ReturnType<typeof compiledDigests>>;

async function bundle(entry: string, name: string, format: Format): Promise<void> {
  await build({
    entryPoints: [here(`browser/${entry}`)],
    outfile: join(folder, name),
    ...{ bundle: true, format, logLevel: "error", external: ["module", "node:*", "worker_threads"] },
    logOverride: { "empty-import-meta": "silent" },
  });
}

/** What a worker of the page answers, or the error that it ends with. */
async function ask(
  script: string,
  message: object,
  { policy, type = "module" }: { readonly policy?: string; readonly type?: "module" | "classic" } = {},
): Promise<unknown> {
  const headers = policy === undefined ? ISOLATION : { ...ISOLATION, "Content-Security-Policy": policy };
  const site = await serve(folder, headers);
  const page = await browser.newPage();
  try {
    await page.goto(site.url);
    return await page.evaluate(
      `new Promise((resolve) => {
        const worker = new Worker(${JSON.stringify(script)}, { type: "${type}" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => resolve({ error: message ?? "not loaded" });
        worker.postMessage(${JSON.stringify(message)});
      })`,
    );
  } finally {
    await page.close();
    site.close();
  }
}

describe.skipIf(noChromium)(noChromium ? `bundles (${noChromium})` : "bundles", () => {
  beforeAll(async () => {
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>bundles</title>");
    await bundle("bundled.ts", "computing.js", "esm");
    await bundle("bundled.ts", "classic.js", "iife");
    await bundle("physics.ts", "physics.js", "esm");
    copyFileSync(here("../node_modules/@mujoco/mujoco/mujoco.wasm"), join(folder, "mujoco.wasm"));
    copyFileSync(here("../src/engine/workers/worker.js"), join(folder, "elsewhere.js"));
    browser = await launchChromium();
    chooseBuild("simd");
    bits = await compiledDigests();
  }, 90_000);

  afterAll(async () => {
    chooseBuild(undefined);
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  describe("by esbuild, which leaves new URL as it is", () => {
    const remedy =
      /expected worker 1 of 1 to start, got: .*copy metagrad\/dist\/engine\/workers\/worker\.js there, or give its address: useWorkers\(count, \{ script \}\)/;

    test.each([
      ["computing.js", "module"],
      ["classic.js", "classic"],
    ] as const)("useWorkers of %s says what to do, and one thread computes", async (script, type) => {
      const answer = await ask(script, { count: 2 }, { type });
      expect(answer).toEqual({ threads: expect.stringMatching(remedy), digests: bits });
    });

    test.each([
      ["computing.js", "module"],
      ["classic.js", "classic"],
    ] as const)("%s finds the workers' script at the address that it is given", async (script, type) => {
      const answer = await ask(script, { count: 2, script: "elsewhere.js" }, { type });
      expect(answer).toEqual({ threads: 2, digests: bits });
    });

    test("a script that lies beside the bundle is found", async () => {
      copyFileSync(join(folder, "elsewhere.js"), join(folder, "worker.js"));
      expect(await ask("computing.js", { count: 2 })).toEqual({ threads: 2, digests: bits });
      rmSync(join(folder, "worker.js"));
    });
  });

  describe("under a Content-Security-Policy", () => {
    const wasm = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

    test("compiled programs and workers need 'wasm-unsafe-eval' and scripts of the page's own", async () => {
      const answer = await ask("computing.js", { count: 2, script: "elsewhere.js" }, { policy: wasm });
      expect(answer).toEqual({ threads: 2, digests: bits });
    });

    test("without 'wasm-unsafe-eval', compiling is refused", async () => {
      const policy = "default-src 'none'; script-src 'self'";
      const answer = await ask("computing.js", { count: 1 }, { policy });
      expect(answer).toMatchObject({ error: expect.stringMatching(/WebAssembly.*Content Security Policy/) });
    });

    test("MuJoCo needs 'unsafe-eval' and a fetch of its own file besides", async () => {
      const evaluating = `${wasm} 'unsafe-eval'`;
      const policy = `${evaluating}; connect-src 'self'`;
      expect(await ask("physics.js", {}, { policy })).toEqual({ reward: expect.any(Number) });
      const failures = [
        await ask("physics.js", {}, { policy: `${wasm}; connect-src 'self'` }),
        await ask("physics.js", {}, { policy: evaluating }),
      ];
      expect(failures).toEqual([
        { error: expect.stringMatching(/unsafe-eval/) },
        { error: expect.stringMatching(/mujoco\.wasm/) },
      ]);
    });
  });
});
