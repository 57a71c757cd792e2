import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listFiles } from "./list-files.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-list-"));
  mkdirSync(join(dir, "pets/cat"), { recursive: true });
  mkdirSync(join(dir, "pets/ant"));
  writeFileSync(join(dir, "pets/cat/1.png"), "");
  writeFileSync(join(dir, "pets/b.txt"), "");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("files and folders are listed apart, and what links lead to is there", () => {
  mkdirSync(join(dir, "elsewhere"));
  writeFileSync(join(dir, "elsewhere/2.png"), "");
  symlinkSync(join(dir, "elsewhere"), join(dir, "pets/dog"));
  symlinkSync(join(dir, "elsewhere/2.png"), join(dir, "pets/cat/2.png"));
  expect(listFiles(join(dir, "pets"))).toEqual({
    files: ["b.txt", "cat/1.png", "cat/2.png", "dog/2.png"],
    folders: ["ant", "cat", "dog"],
  });
});

test.each<[what: string, from: string, to: string, message: RegExp]>([
  [
    "to the folder that it is in",
    "pets/cat/self",
    "pets/cat",
    /pets\/cat\/self: expected a folder, got a link to .*pets\/cat, which holds it/,
  ],
  [
    "to one above",
    "pets/cat/up",
    "pets",
    /pets\/cat\/up: expected a folder, got a link to .*pets, which holds it/,
  ],
  ["to one above the listed folder", "pets/out", ".", /out\/pets.*: expected a folder, got a link|holds it/],
  ["to nothing", "pets/cat/9.png", "nowhere", /9\.png: expected a file, got a link that leads nowhere/],
  ["to itself", "pets/cat/9.png", "pets/cat/9.png", /9\.png: expected a file, got a link that leads nowhere/],
])("a link %s is refused, and named", (_, from, to, message) => {
  symlinkSync(join(dir, to), join(dir, from));
  expect(() => listFiles(join(dir, "pets"))).toThrow(message);
});
