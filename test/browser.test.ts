// @module-tag slow
/** What differs between Node and a browser must not show: the same programs, the same bits, on any number of threads. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseBuild } from "../src/engine/index.js";
import { ISOLATION, launchChromium, noChromium, type Site, serve } from "./browser/chromium.js";
import { digests } from "./browser/program.js";

const folder = mkdtempSync(join(tmpdir(), "metagrad-browser-"));
let browser: Browser;

describe.skipIf(noChromium)(noChromium ? `in a browser (${noChromium})` : "in Chromium", () => {
  beforeAll(async () => {
    const root = fileURLToPath(new URL("browser/", import.meta.url));
    await build({ configFile: false, logLevel: "error", root, base: "./", build: { outDir: folder } });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  describe("a page that is cross-origin isolated", () => {
    onPage(ISOLATION, (page) => {
      test.each([1, 2, 3])("computes in its worker, with %i threads, the bits of Node", async (count) => {
        expect(await compute(page(), count)).toEqual({ threads: count, digests: await bitsOfNode() });
      });

      test("has one thread for what is computed outside of a worker, which may not wait", async () => {
        expect(await page().evaluate("threadsHere()")).toBe(1);
      });
    });
  });

  describe("a page that is not isolated", () => {
    onPage({}, (page) => {
      test("computes with one thread, and the same bits", async () => {
        expect(await compute(page(), 2)).toEqual({ threads: 1, digests: await bitsOfNode() });
      });
    });
  });
});

/** Opens the page of `test/browser` for the tests that `define` defines. */
function onPage(headers: Readonly<Record<string, string>>, define: (page: () => Page) => void): void {
  let site: Site;
  let page: Page;
  beforeAll(async () => {
    site = await serve(folder, headers);
    page = await browser.newPage();
    await page.goto(site.url);
  });
  afterAll(() => site?.close());
  define(() => page);
}

function compute(page: Page, count: number): Promise<unknown> {
  return page.evaluate(`compute(${count})`);
}

let known: ReturnType<typeof digests> | undefined;

/** Returns the digests of the SIMD build: the relaxed one's depend on the machine. */
async function bitsOfNode(): ReturnType<typeof digests> {
  chooseBuild("simd");
  known ??= digests();
  return known;
}
