// @module-tag slow
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

/** Pages are drawn without a graphics card here, maybe a few times a second. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });
/** Small, for the same reason. */
const SMALL = { viewport: { width: 480, height: 480 } };

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
      page = await browser.newPage(SMALL);
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("pageerror", ({ message }) => errors.push(message));
      await page.addInitScript(COUNT_BUFFERS);
      await page.goto(`${site.url}#drawer-open`);
    }, 90_000);

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
          { interval: 600, timeout: 30_000 },
        )
        .toBeLessThan(0.01);
      return last;
    };

    test("plays the task of its address, and the scripted policy opens the drawer", async () => {
      await eventually(step).toBeGreaterThan(0);
      await page.selectOption("#speed", "4");
      await eventually(notice).toMatch(/^Success at step \d+$/);
      expect(await page.inputValue("#task")).toBe("drawer-open");
      expect(await text("summary")).toContain("drawer");
      expect(await page.locator("#task option").count()).toBe(50);
      const curve = (await page.getAttribute("#rewards", "points"))!.split(" ");
      expect(curve.length).toBeGreaterThan(20);
      expect(Number(curve.at(-1)!.split(",")[1])).toBeLessThan(3); // up to 10 of 10, which is 0
    }, 90_000);

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
      await eventually(() => text("step")).toBe("0 of 500");
      expect(await text("goal")).toBe(`${goal} of 50`);
      await page.click("#next");
      await eventually(() => text("goal")).toBe(`${goal + 1} of 50`);
      await page.selectOption("#task", "reach");
      await eventually(() => text("summary")).toContain("goal position");
      expect(page.url()).toMatch(/#reach$/);
      await page.selectOption("#who", "random");
      await page.click("#play");
      await eventually(step).toBeGreaterThan(0);
    }, 90_000);

    test("tells of a task that there is not, and goes on with the one there is", async () => {
      await page.evaluate("location.hash = 'drawer-opne'");
      await eventually(notice).toMatch(/drawer-opne.*Did you mean drawer-open\?/);
      expect(await page.inputValue("#task")).toBe("reach");
      await page.goBack();
      await eventually(notice).toBe("");
    });

    test("moves the hand while a person holds a key or a button, and only then", async () => {
      await page.selectOption("#who", "you");
      expect(await page.inputValue("#speed")).toBe("0.25");
      await page.selectOption("#speed", "1");
      await page.focus("#stage");
      const still = await settled();

      await page.keyboard.down("ArrowRight"); // on the screen; the goal is there
      await eventually(reward).toBeGreaterThan(still + 0.05);
      await page.keyboard.up("ArrowRight");
      const byKey = await settled();

      await page.hover("[data-key=ArrowLeft]");
      await page.mouse.down();
      await eventually(reward).toBeLessThan(byKey - 0.03);
      await page.mouse.up();
      await settled();

      await page.focus("#stage");
      await page.keyboard.press("Space");
      expect(await page.getAttribute("#grip", "aria-pressed")).toBe("true");
    }, 90_000);

    test("keeps nothing of the tasks before", async () => {
      const buffers = () => page.evaluate<number>("liveBuffers");
      const visit = async (task: string) => {
        await page.selectOption("#task", task);
        await eventually(() => page.url()).toMatch(new RegExp(`#${task}$`));
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
    }, 90_000);

    test("does not catch up on what it has slept through", async () => {
      await page.selectOption("#who", "random");
      await page.click("#again");
      await eventually(step).toBeGreaterThan(0);
      const steps = await page.evaluate<number>(`new Promise((done) => {
        const read = () => Number.parseInt(document.getElementById("step").textContent, 10);
        const before = read();
        for (const end = performance.now() + 2000; performance.now() < end; );
        requestAnimationFrame(() => requestAnimationFrame(() => done(read() - before)));
      })`);
      expect(steps).toBeLessThan(40); // two seconds would be 160
    }, 90_000);

    test("goes on with numbers where nothing can be drawn", async () => {
      await page.close(); // two pages that are drawn without a graphics card would be slow
      const blind = await browser.newPage(SMALL);
      await blind.addInitScript("HTMLCanvasElement.prototype.getContext = () => null");
      await blind.goto(`${site.url}#reach`);
      await blind.selectOption("#speed", "4");
      await eventually(() => blind.textContent("#notice")).toMatch(/^Success/);
      expect(await blind.isVisible("text=This browser has no WebGL")).toBe(true);
      expect(await blind.textContent("#step")).toMatch(/^[1-9]/);
      await blind.close();
    }, 90_000);

    test("opens without a word that it does not know, and with a task chosen while it loads", async () => {
      const other = await browser.newPage(SMALL);
      await other.goto(`${site.url}#%`);
      await eventually(() => other.textContent("#notice")).toMatch(/got %.*Showing door-open/);
      await other.close();

      const early = await browser.newPage(SMALL);
      await early.route("**/*.wasm", async (route) => {
        await new Promise((done) => setTimeout(done, 1500));
        await route.continue();
      });
      await early.goto(`${site.url}#reach`);
      expect(await early.inputValue("#task")).toBe("reach");
      await early.selectOption("#task", "push");
      await eventually(() => early.textContent("#summary")).toContain("puck");
      await early.close();
    }, 90_000);
  },
);
