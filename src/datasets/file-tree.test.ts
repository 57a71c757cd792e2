import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findArchive, openTree } from "./file-tree.js";
import { knownSets } from "./known-sets.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "metagrad-tree-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  "images_background.zip",
  "images_background (1).zip",
  "images_background(2).zip",
  "images_background-1.zip",
  "images_background copy.zip",
  "images_background copy 2.zip",
  "images_background - Copy (3).zip",
  "Images_Background.ZIP",
])("%s is found as images_background", (name) => {
  writeFileSync(join(dir, name), "");
  writeFileSync(join(dir, "images_background_small1.zip"), "");
  expect(findArchive(dir, "images_background")).toEqual({ path: join(dir, name) });
});

test("the first download is taken before its copies, others are none", () => {
  for (const name of ["a (2).zip", "a.zip", "a (1).zip", "a.zip.part", "ab.zip"])
    writeFileSync(join(dir, name), "");
  expect(findArchive(dir, "a")).toEqual({ path: join(dir, "a.zip") });
  expect(findArchive(dir, "b")).toBeUndefined();
});

const inner = (name: string) => zipSync({ [`${name}/Greek/character01/0394_01.png`]: new Uint8Array([1]) });
const repository = () =>
  zipSync({
    "brendenlake-omniglot-42cb1dd/README.md": new Uint8Array(),
    "brendenlake-omniglot-42cb1dd/python/images_background.zip": inner("images_background"),
    "brendenlake-omniglot-42cb1dd/python/images_evaluation.zip": inner("images_evaluation"),
  });
const NAMES = ["images_background", "images_evaluation"].map((it) => `${it}/Greek/character01/0394_01.png`);
const namesFrom = (from: string) => openTree(knownSets.omniglot!.locate(from)).names;

test.each(["omniglot-master.zip", "brendenlake-omniglot-42cb1dd.zip", "omniglot-master (1).zip"])(
  "archives in GitHub's %s are read, named or in its folder",
  (name) => {
    writeFileSync(join(dir, name), repository());
    expect(namesFrom(join(dir, name))).toEqual(NAMES);
    expect(namesFrom(dir)).toEqual(NAMES);
  },
);

test("folders in GitHub's archive are read as archives are, and nothing beside them", () => {
  const drawings = NAMES.map((name) => [`omniglot-master/python/${name}`, Uint8Array.of(1)] as const);
  const others = ["README.md", "python/images_background_small1/Greek/character01/0394_01.png"];
  const files = [
    ...drawings,
    ...others.map((name) => [`omniglot-master/${name}`, Uint8Array.of(2)] as const),
  ];
  writeFileSync(join(dir, "omniglot-master.zip"), zipSync(Object.fromEntries(files)));
  const parts = knownSets.omniglot!.locate(dir);
  const tree = openTree(parts);
  expect(tree.names).toEqual(drawings.map(([name]) => name));
  expect(tree.read(tree.names[0]!)).toEqual(Uint8Array.of(1));
  expect(parts.map(({ under }) => under)).toEqual([
    "omniglot-master/python/images_background",
    "omniglot-master/python/images_evaluation",
  ]);
});

test.each(["", "python", "omniglot-master/python"])("archives in %s are found", (place) => {
  mkdirSync(join(dir, place), { recursive: true });
  for (const name of ["images_background", "images_evaluation"]) {
    writeFileSync(join(dir, place, `${name} (1).zip`), inner(name));
  }
  expect(namesFrom(dir)).toEqual(NAMES);
  expect(namesFrom(join(dir, place, "images_background (1).zip"))).toEqual(NAMES);
});
