import { createHash } from "node:crypto";
import { inflateSync } from "fflate";
import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { sampleEpisodes } from "./episodes.js";
import { glyphScripts, glyphStrokes, glyphs } from "./glyphs.js";
import { STROKES } from "./glyphs-data.js";

const source = glyphs();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

test("there are as many characters and scripts as in Omniglot", () => {
  const scripts = glyphScripts();
  expect(source.numClasses).toBe(1623);
  expect(scripts).toHaveLength(50);
  expect(new Set(scripts.flatMap(({ characters }) => characters)).size).toBe(1623);
  expect(scripts.at(-1)!.first + scripts.at(-1)!.characters.length).toBe(1623);
});

test("the stored strokes are the ones that were traced", () => {
  const bytes = inflateSync(Buffer.from(STROKES, "base64"));
  expect(sha256(bytes)).toBe("98754125400f4cf8d977b420de1cebeb6caea14bb12b15a22fb4fb17cebf7e23");
});

test("every character has ink, and none is stored twice", () => {
  const points = glyphStrokes().map((strokes) => strokes.map((stroke) => stroke.join()).join("/"));
  expect(points.every((text) => text.length > 0)).toBe(true);
  expect(new Set(points).size).toBe(1623);
});

test("a drawing is the same on every machine and in every order", () => {
  const hash = createHash("sha256");
  for (let character = 0; character < 1623; character += 41) {
    for (let drawing = 0; drawing < 20; drawing++) hash.update(source.image(character, drawing));
  }
  expect(hash.digest("hex")).toBe("fae2a7763a7ef13d81c99eaf4c12106ed2ff2c1bbf6216069406d66cb562951d");
  expect(glyphs().image(1622, 19)).toEqual(source.image(1622, 19));
});

test("the drawings of a character differ, and fill a sixth to a twentieth of the paper", () => {
  const drawings = Array.from({ length: 20 }, (_, drawing) => sha256(source.image(0, drawing)));
  expect(new Set(drawings).size).toBe(20);
  let inkShare = 0;
  for (let character = 0; character < 1600; character += 8)
    inkShare += meanInk(source.image(character, 3)) / 200;
  expect(inkShare).toBeGreaterThan(1 / 20);
  expect(inkShare).toBeLessThan(1 / 6);
});

test("another seed is another hand", () => {
  expect(glyphs({ seed: 1 }).image(0, 0)).not.toEqual(source.image(0, 0));
});

test("what does not exist is an error", () => {
  expect(() => glyphs({ drawings: 0 })).toThrow("glyphs: drawings must be an integer >= 1, got 0");
  expect(() => source.image(1623, 0)).toThrow("glyphs: no drawing 0 of character 1623");
  expect(() => source.image(0, 20)).toThrow("glyphs: no drawing 20 of character 0");
});

// On Omniglot at 28 x 28 (LANCZOS) nearest neighbour gets 43.8% and 65.3%.
test.each([
  [1, 0.436],
  [5, 0.66],
])("nearest neighbour on pixels, 5-way %i-shot, is as good as on Omniglot", (shots, accuracy) => {
  const tasks = 400;
  const { support, query } = sampleEpisodes(source, Rng.seed(7), { tasks, ways: 5, shots, queries: 1 });
  const pixels = 28 * 28;
  let hits = 0;
  for (let q = 0; q < tasks * 5; q++) {
    const task = Math.floor(q / 5);
    let [label, least] = [-1, Infinity];
    for (let s = task * 5 * shots; s < (task + 1) * 5 * shots; s++) {
      let distance = 0;
      for (let k = 0; k < pixels; k++) {
        distance += (query.x.data[q * pixels + k]! - support.x.data[s * pixels + k]!) ** 2;
      }
      if (distance < least) [label, least] = [support.y.data[s]!, distance];
    }
    if (label === query.y.data[q]) hits++;
  }
  expect(Math.abs(hits / (tasks * 5) - accuracy)).toBeLessThan(0.03);
});

function meanInk(image: Uint8Array): number {
  return image.reduce((sum, byte) => sum + byte, 0) / image.length / 255;
}
