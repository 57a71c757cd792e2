/** The page that plays Meta-World, used as a person does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePng } from "../src/formats/index.js";
import { launchChromium, noChromium, type Site, serve } from "./browser/chromium.js";

const example = fileURLToPath(new URL("../examples/play-metaworld", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "metagrad-play-"));

describe.skipIf(noChromium)(
  noChromium ? `the page of Meta-World (${noChromium})` : "the page of Meta-World",
  () => {
    let browser: Browser;
    let site: Site;
    let page: Page;
    const errors: string[] = [];

    beforeAll(async () => {
      await build({
        configFile: join(example, "vite.config.ts"),
        logLevel: "error",
        build: { outDir: folder, emptyOutDir: true },
      });
      site = await serve(folder);
      browser = await launchChromium();
      page = await browser.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.goto(`${site.url}#drawer-open`);
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      site?.close();
      rmSync(folder, { recursive: true });
    });

    const status = () => page.textContent("#status");

    test("plays the task of its address, and the policy by hand opens the drawer", async () => {
      await page.selectOption("#speed", "4");
      await expect.poll(status, { timeout: 30_000 }).toMatch(/success at step \d+/);
      expect(await page.inputValue("#task")).toBe("drawer-open");
      expect(await page.textContent("#summary")).toContain("drawer");
      expect(await page.locator("#task option").count()).toBe(50);
    }, 40_000);

    test("shows the scene: not one colour", async () => {
      const { data } = decodePng(new Uint8Array(await page.locator("#stage").screenshot()));
      const colors = new Set(Array.from({ length: data.length / 400 }, (_, i) => data[400 * i]));
      expect(colors.size).toBeGreaterThan(20);
    });

    test("pauses, goes on to another goal, and takes another task", async () => {
      await page.click("#play");
      const before = await status();
      await page.waitForTimeout(300);
      expect(await status()).toBe(before);
      await page.click("#next");
      await expect.poll(status).toMatch(/^goal \d+ of 50, step 0 of 500/);
      await page.selectOption("#task", "reach");
      await expect.poll(() => page.textContent("#summary")).toContain("goal position");
      await page.selectOption("#who", "random");
      await page.click("#play");
      await expect.poll(status, { timeout: 10_000 }).toMatch(/step [1-9]\d* of 500/);
    }, 30_000);

    test("moves the hand while a person holds a key, and only then", async () => {
      const reward = async () => Number(/reward (\d+\.\d+)/.exec((await status())!)![1]);
      await page.selectOption("#who", "you");
      await page.evaluate("document.activeElement.blur()");
      await page.click("#next");
      await page.waitForTimeout(500);
      const still = await reward();
      await page.waitForTimeout(300);
      expect(Math.abs((await reward()) - still)).toBeLessThan(0.02);
      await page.keyboard.down("ArrowUp"); // towards the goal
      await page.waitForTimeout(600);
      await page.keyboard.up("ArrowUp");
      expect((await reward()) - still).toBeGreaterThan(0.05);
      expect(errors).toEqual([]);
    }, 20_000);
  },
);
