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

/** Counts what the page has on the graphics card. */
const COUNT_BUFFERS = `
  globalThis.liveBuffers = 0;
  const { createBuffer, deleteBuffer } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.createBuffer = function () { liveBuffers++; return createBuffer.call(this); };
  WebGL2RenderingContext.prototype.deleteBuffer = function (it) { liveBuffers--; deleteBuffer.call(this, it); };
`;

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
      await page.addInitScript(COUNT_BUFFERS);
      await page.goto(`${site.url}#drawer-open`);
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      site?.close();
      rmSync(folder, { recursive: true });
    });

    const text = (id: string) => page.textContent(`#${id}`);
    const notice = () => text("notice");
    const step = async () => Number.parseInt((await text("step"))!, 10);
    const reward = async () => Number.parseFloat((await text("reward"))!);

    /** The reward when it has stopped changing: nothing moves. */
    const settled = async () => {
      let last = Number.NaN;
      await expect
        .poll(
          async () => {
            const [before, now] = [last, await reward()];
            last = now;
            return Math.abs(now - before);
          },
          { interval: 400, timeout: 15_000 },
        )
        .toBeLessThan(0.01);
      return last;
    };

    test("plays the task of its address, and the policy by hand opens the drawer", async () => {
      await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(0);
      await page.selectOption("#speed", "4");
      await expect.poll(notice, { timeout: 30_000 }).toMatch(/^Success at step \d+$/);
      expect(await page.inputValue("#task")).toBe("drawer-open");
      expect(await text("summary")).toContain("drawer");
      expect(await page.locator("#task option").count()).toBe(50);
      const curve = (await page.getAttribute("#rewards", "points"))!.split(" ");
      expect(curve.length).toBeGreaterThan(20);
      expect(Number(curve.at(-1)!.split(",")[1])).toBeLessThan(3); // up to 10 of 10, which is 0
    }, 70_000);

    test("shows the scene: not one colour", async () => {
      const { data } = decodePng(new Uint8Array(await page.locator("#stage").screenshot()));
      const colors = new Set(Array.from({ length: data.length / 400 }, (_, i) => data[400 * i]));
      expect(colors.size).toBeGreaterThan(20);
    });

    test("pauses, begins again, goes on to another goal, and takes another task", async () => {
      await page.click("#play");
      const before = await text("step");
      await page.waitForTimeout(300);
      expect(await text("step")).toBe(before);
      const goal = Number.parseInt((await text("goal"))!, 10);
      await page.click("#again");
      await expect.poll(() => text("step")).toBe("0 of 500");
      expect(await text("goal")).toBe(`${goal} of 50`);
      await page.click("#next");
      await expect.poll(() => text("goal")).toBe(`${goal + 1} of 50`);
      await page.selectOption("#task", "reach");
      await expect.poll(() => text("summary")).toContain("goal position");
      expect(page.url()).toMatch(/#reach$/);
      await page.selectOption("#who", "random");
      await page.click("#play");
      await expect.poll(step, { timeout: 10_000 }).toBeGreaterThan(0);
    }, 30_000);

    test("tells of a task that there is not, and goes on with the one there is", async () => {
      await page.evaluate("location.hash = 'drawer-opne'");
      await expect.poll(notice).toMatch(/drawer-opne.*Did you mean drawer-open\?/);
      expect(await page.inputValue("#task")).toBe("reach");
      await page.goBack();
      await expect.poll(notice).toBe("");
    });

    test("moves the hand while a person holds a key or a button, and only then", async () => {
      await page.selectOption("#who", "you");
      expect(await page.inputValue("#speed")).toBe("0.25");
      await page.selectOption("#speed", "1");
      await page.focus("#stage");
      const still = await settled();

      await page.keyboard.down("ArrowRight"); // on the screen; the goal is there
      await expect.poll(reward, { timeout: 10_000 }).toBeGreaterThan(still + 0.05);
      await page.keyboard.up("ArrowRight");
      const byKey = await settled();

      const button = (await page.locator("[data-key=ArrowLeft]").boundingBox())!;
      await page.mouse.move(button.x + 20, button.y + 20);
      await page.mouse.down();
      await expect.poll(reward, { timeout: 10_000 }).toBeLessThan(byKey - 0.03);
      await page.mouse.up();
      await settled();

      await page.focus("#stage");
      await page.keyboard.press("Space");
      expect(await page.getAttribute("#grip", "aria-pressed")).toBe("true");
    }, 20_000);

    test("keeps nothing of the tasks before", async () => {
      const buffers = () => page.evaluate<number>("liveBuffers");
      const visit = async (task: string) => {
        await page.selectOption("#task", task);
        await expect.poll(() => page.url()).toMatch(new RegExp(`#${task}$`));
        await page.evaluate(
          "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        );
      };
      for (const task of ["push", "hammer"]) await visit(task);
      const first = await buffers();
      expect(first).toBeGreaterThan(50);
      for (let round = 0; round < 3; round++) for (const task of ["push", "hammer"]) await visit(task);
      expect(await buffers()).toBe(first);
      expect(errors).toEqual([]);
    }, 30_000);

    test("goes on with numbers where nothing can be drawn", async () => {
      const blind = await browser.newPage();
      await blind.addInitScript("HTMLCanvasElement.prototype.getContext = () => null");
      await blind.goto(`${site.url}#reach`);
      await expect.poll(() => blind.textContent("#notice"), { timeout: 30_000 }).toMatch(/no WebGL|Success/);
      await expect.poll(() => blind.textContent("#step"), { timeout: 10_000 }).toMatch(/^[1-9]/);
      await blind.close();
    }, 60_000);
  },
);
