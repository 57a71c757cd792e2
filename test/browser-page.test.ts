// @module-tag slow
/** The page `examples/draw-a-character`, built and used as a person does: with the mouse, in Chromium. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { glyphStrokes, type ImageSource, Rng, splitClasses } from "../src/index.js";
import { ISOLATION, launchChromium, noChromium, serve } from "./browser/chromium.js";

const root = fileURLToPath(new URL("../examples/draw-a-character/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "metagrad-page-"));
/** Pictures to look at. */
const pictures = fileURLToPath(new URL("../.cache/draw-a-character/", import.meta.url));
let browser: Browser;

/** Points in 0..1. */
type Points = readonly (readonly [x: number, y: number])[];

describe.skipIf(noChromium)(noChromium ? `the page (${noChromium})` : "the page", () => {
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    await build({ root, configFile: `${root}vite.config.ts`, logLevel: "error", build: { outDir: folder } });
    browser = await launchChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test("learns a spiral from five, and tells a sixth and four other characters apart", async () => {
    await withPage(ISOLATION, async (page) => {
      await page.screenshot({ path: `${pictures}before.png`, fullPage: true });
      await learnSpirals(page);
      expect(await page.textContent("#accuracy-value")).toMatch(/^(100|95)%$/); // of 20 drawings
      expect(Number(await page.textContent("#loss-value"))).toBeLessThan(0.1);

      const query = page.locator("#query canvas");
      await draw(page, query, [spiral(5)]);
      await expectAnswer(page, "your character");
      await page.screenshot({ path: `${pictures}after.png`, fullPage: true });
      for (const [i, strokes] of shownCharacters().entries()) {
        await page.click("#query button[title=Clear]");
        await draw(page, query, strokes);
        await expectAnswer(page, `character ${i + 2}`);
      }
    });
  }, 60_000);

  test("meta-trains on all cores where it is isolated, and begins with what it has trained", async () => {
    await withPage(ISOLATION, async (page) => {
      const cores = Number(await page.evaluate("navigator.hardwareConcurrency"));
      const inWords = (count: number) => (count === 1 ? "1 thread" : `${count} threads`);
      expect(await page.textContent("#threads")).toBe(`Training uses up to ${inWords(cores)} here.`);
      await train(page, inWords(Math.min(cores, 8))); // as many as tasks of a step
      await page.click("#use");
      expect(await page.textContent("#train-status")).toContain("begins with these weights now");
    });
  }, 60_000);

  test("works from any static host: with one thread, and says so", async () => {
    await withPage({}, async (page) => {
      expect(await page.textContent("#threads")).toContain("does not isolate the page");
      await train(page, "1 thread");
    });
  }, 60_000);

  test("can be drawn on with the keyboard", async () => {
    await withPage({}, async (page) => {
      const pad = page.locator("#pads .pad").first();
      await pad.locator("canvas").focus();
      for (const key of [" ", "ArrowDown", "ArrowDown", "ArrowRight", " "]) await page.keyboard.press(key);
      expect(await pad.getAttribute("class")).toBe("pad drawn");
      await page.keyboard.press("Backspace");
      expect(await pad.getAttribute("class")).toBe("pad next");
    });
  });
});

/** Opens the page, and closes it. Nothing may go wrong in it. */
async function withPage(headers: Record<string, string>, use: (page: Page) => Promise<void>): Promise<void> {
  const site = await serve(folder, headers);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  try {
    await page.goto(site.url);
    await page.waitForFunction('/please/.test(document.querySelector("#learn-status").textContent)'); // loaded
    await use(page);
    expect(problems).toEqual([]);
  } finally {
    await page.close();
    site.close();
  }
}

async function learnSpirals(page: Page): Promise<void> {
  const pads = page.locator("#pads canvas");
  for (let i = 0; i < 5; i++) await draw(page, pads.nth(i), [spiral(i)]);
  await page.click("#learn");
  await page.waitForFunction('/^Learned/.test(document.querySelector("#learn-status").textContent)');
}

/** Trains for some steps, and stops. */
async function train(page: Page, threads: string): Promise<void> {
  await page.click("#train");
  await page.waitForFunction('/^[1-9]/.test(document.querySelector("#train-status").textContent)');
  expect(await page.textContent("#train-status")).toMatch(new RegExp(`steps, .* a second on ${threads}\\.$`));
  await page.click("#train");
  await page.waitForSelector("#use:not([hidden])");
  expect(Number(await page.textContent("#query-loss-value"))).toBeLessThan(3); // log 5 is 1.6
}

async function expectAnswer(page: Page, name: string): Promise<void> {
  const answer = () => page.textContent("#answer");
  await expect.poll(answer, { timeout: 5000 }).toMatch(new RegExp(`^It takes this for ${name}, with \\d+%`));
}

/** Draws with the mouse. */
async function draw(page: Page, canvas: Locator, strokes: readonly Points[]): Promise<void> {
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await canvas.boundingBox())!;
  const move = ([atX, atY]: Points[number]) => page.mouse.move(x + atX * width, y + atY * height);
  for (const [first, ...rest] of strokes) {
    await move(first!);
    await page.mouse.down();
    for (const point of rest) await move(point);
    await page.mouse.up();
  }
}

/** Each hand turns, stretches and ends it another way. */
function spiral(hand: number): Points {
  const rng = Rng.seed(hand).fork("spiral");
  const [turns, phase, stretch] = [rng.uniform(2, 2.6), rng.uniform(-0.4, 0.4), rng.uniform(0.85, 1.1)];
  return Array.from({ length: 40 }, (_, i) => {
    const angle = phase + (i / 39) * turns * 2 * Math.PI;
    const radius = 0.04 + (0.32 * i) / 39;
    return [0.5 + stretch * radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
}

/** The pen strokes of the four characters that the page shows first: undistorted, so not what it learned from. */
function shownCharacters(): (readonly Points[])[] {
  const strokes = glyphStrokes();
  const image = (character: number) => Uint8Array.of(character >> 8, character & 255);
  const numbers: ImageSource = {
    numClasses: strokes.length,
    imagesPerClass: 1,
    height: 1,
    width: 2,
    channels: 1,
    image,
  };
  const { test: unseen } = splitClasses(numbers, { train: 1200, test: 423 });
  return Array.from(Rng.seed(0).choice(unseen.numClasses, 4), (place) => {
    const [high, low] = unseen.image(place, 0);
    return strokes[256 * high! + low!]!.map(toPoints);
  });
}

function toPoints(stroke: Uint8Array): Points {
  const on = (coordinate: number) => 0.15 + (0.7 * coordinate) / 127;
  return Array.from({ length: stroke.length / 2 }, (_, k) => [on(stroke[2 * k]!), on(stroke[2 * k + 1]!)]);
}
