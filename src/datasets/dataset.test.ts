import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, FormatError } from "../errors.js";
import { addDataset } from "./add-dataset.js";
import { dataFolder } from "./data-folder.js";
import { listDatasets, openDataset } from "./dataset.js";
import { verifyImageStore } from "./image-store.js";
import { folderSet } from "./known-sets.js";
import { classFiles, writeFolder } from "./testing/class-folder.js";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "metagrad-dataset-"));
  const files = Object.entries(classFiles(4, 2));
  const inSplits = files.map(
    ([name, bytes]) => [`${name < "class2" ? "train" : "test"}/${name}`, bytes] as const,
  );
  const from = writeFolder(join(folder, "from"), Object.fromEntries(inSplits));
  await addDataset("pets", folderSet("pets", false), from, { size: 4, folder });
  await addDataset("pets", folderSet("pets", false), from, { size: 2, folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a split is a source of its classes", () => {
  const pets = openDataset("pets", { folder, size: 4 });
  expect(pets.splits).toEqual(["test", "train"]);
  const source = pets.source("train");
  expect(source.classNames).toEqual(["train/class0", "train/class1"]);
  expect([source.height, source.channels, source.imagesPerClass]).toEqual([4, 1, 2]);
  expect(source.image(1, 2)[0]).toBe(12);
  expect(pets.source().numClasses).toBe(4);
});

test("a set at several sizes is opened at the one that is asked for", () => {
  expect(openDataset("pets", { folder, size: 2 }).height).toBe(2);
  expect(() => openDataset("pets", { folder, size: 8 })).toThrow(
    "pets: expected it at 8x8, got 2x2, 4x4. Add it by: metagrad data add folder --name pets --from DIR --size 8",
  );
});

test("what is not there is told with the command that adds it", () => {
  expect(() => openDataset("omniglot", { folder })).toThrow(
    `omniglot: not there yet, looked in ${folder}. Add it by: metagrad data add omniglot --from DIR, where DIR is ` +
      "the folder with images_background.zip and images_evaluation.zip, from github.com/brendenlake/omniglot",
  );
  expect(() => openDataset("omniglto", { folder })).toThrow(ConfigError);
  expect(() => openDataset("omniglto", { folder })).toThrow("Did you mean omniglot?");
  expect(() => openDataset("pet", { folder })).toThrow("Did you mean pets?");
  expect(() => openDataset("pets", { folder }).source("tset")).toThrow(
    "pets: tset is not a split of it. Did you mean test?",
  );
});

test("a damaged file is listed as such, and refused", () => {
  const path = join(folder, "broken-4x4.images");
  const whole = readFileSync(join(folder, "pets-4x4.images"));
  writeFileSync(path, whole.subarray(0, -1));
  const listed = listDatasets(folder);
  expect(listed.map(({ name, problem }) => [name, problem !== undefined])).toEqual([
    ["broken", true],
    ["pets", false],
    ["pets", false],
  ]);
  expect(() => verifyImageStore(path)).toThrow(FormatError);
  whole[whole.length - 1]! ^= 1;
  writeFileSync(path, whole);
  expect(() => verifyImageStore(path)).toThrow("the checksum of class train/class1 is wrong");
  expect(openDataset("broken", { folder }).source("test").numClasses).toBe(2); // of what is read, all is verified
  expect(() => openDataset("broken", { folder }).source("train")).toThrow(
    "the checksum of class train/class1",
  );
  rmSync(path);
});

test("data is kept where the environment says, else where the system keeps caches", () => {
  expect(dataFolder({ METAGRAD_DATA: "/d", XDG_CACHE_HOME: "/c" }, "linux")).toBe("/d");
  expect(dataFolder({ XDG_CACHE_HOME: "/c" }, "linux")).toBe(join("/c", "metagrad"));
  expect(dataFolder({}, "linux")).toBe(join(homedir(), ".cache", "metagrad"));
  expect(dataFolder({}, "darwin")).toBe(join(homedir(), "Library/Caches", "metagrad"));
  expect(dataFolder({ LOCALAPPDATA: "/l" }, "win32")).toBe(join("/l", "metagrad"));
});
