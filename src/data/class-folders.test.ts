import { expect, test } from "vitest";
import { classFolders } from "./class-folders.js";
import { leftOut } from "./left-out.js";

test("each folder is a class, in the order of names, whatever else lies there", () => {
  const names = [
    "pets/dog/2.png",
    "pets/dog/10.PNG",
    "pets/cat/a.jpg",
    "pets/notes.txt",
    "pets/.trash/x.png",
  ];
  expect(classFolders(names)).toEqual({
    classes: [
      { name: "cat", files: ["pets/cat/a.jpg"] },
      { name: "dog", files: ["pets/dog/10.PNG", "pets/dog/2.png"] },
    ],
    splits: {},
  });
});

test("train, val and test are splits where all classes lie in them", () => {
  const { classes, splits } = classFolders([
    "x/val/c/1.png",
    "x/train/a/1.png",
    "x/train/b/1.png",
    "x/test/d/1.png",
  ]);
  expect(classes.map(({ name }) => name)).toEqual(["test/d", "train/a", "train/b", "val/c"]);
  expect(splits).toEqual({ test: [0], train: [1, 2], validation: [3] });
  expect(classFolders(["train/a/1.png", "other/b/1.png"]).splits).toEqual({});
  expect(classFolders(["train/1.png", "test/1.png"]).splits).toEqual({});
});

test("one class alone keeps its name", () => {
  expect(classFolders(["pets/cat/1.png"]).classes[0]!.name).toBe("cat");
});

test("images without a folder of their own are refused", () => {
  expect(() => classFolders(["1.png", "cat/1.png"], "pets")).toThrow(
    "pets: expected images in a folder for each class, got 1.png beside them",
  );
  expect(() => classFolders(["notes.txt"], "pets")).toThrow(
    "pets: expected images in a folder for each class, got none",
  );
});

test("of one picture in several kinds, the PNG is taken, else the JPEG", () => {
  const names = ["cat/1.jpg", "cat/1.png", "cat/2.JPEG", "cat/2.webp", "cat/3.png", "dog/1.jpg"];
  const { classes } = classFolders(names);
  expect(classes).toEqual([
    { name: "cat", files: ["cat/1.png", "cat/2.JPEG", "cat/3.png"] },
    { name: "dog", files: ["dog/1.jpg"] },
  ]);
  expect(leftOut({ names }, classes)).toEqual([
    { what: "copies of images in another format", files: ["cat/1.jpg", "cat/2.webp"] },
  ]);
});

test.each([
  ["webp", "WebP"],
  ["HEIC", "HEIC"],
  ["tiff", "TIFF"],
  ["gif", "GIF"],
  ["avif", "AVIF"],
])("a file %s is refused by its kind, %s, with what to do", (ending, kind) => {
  expect(() => classFolders([`cat/1.${ending}`, `cat/2.${ending}`, "dog/1.png"], "pets")).toThrow(
    new RegExp(
      `^pets: expected PNG or JPEG files, got cat/1\\.${ending} and 1 more: ${kind}, of which there is no reader here\\. Convert, e\\.g\\. by: mogrify -format png \\*\\.`,
    ),
  );
});

test.each<[what: string, names: string[], folders: string[]]>([
  ["is empty", ["pets/cat/1.png", "pets/ant/1.png"], ["pets", "pets/cat", "pets/dog"]],
  ["holds no images", ["pets/cat/1.png", "pets/ant/1.png", "pets/dog/notes.txt"], []],
  ["holds an empty folder only", ["pets/cat/1.png", "pets/ant/1.png"], ["pets/dog", "pets/dog/more"]],
])("a folder beside classes that %s is named", (_, names, folders) => {
  expect(() => classFolders(names, "pets", folders)).toThrow(
    /^pets: expected images in each folder, got none in pets\/dog( \(nor in \d more\))?\. Remove the folder, or put its images there$/,
  );
});

test("hidden files and folders are no classes, and every file is taken or told", () => {
  const names = [
    "pets/.DS_Store",
    "pets/cat/1.png",
    "pets/cat/._1.png",
    "pets/cat/Thumbs.db",
    "pets/cat/desktop.ini",
    "__MACOSX/pets/cat/._1.png",
    "pets/README.txt",
    "pets/dog/1.png",
  ];
  const { classes } = classFolders(names, "pets", ["pets", "pets/.git", "__MACOSX"]);
  expect(classes.map(({ name }) => name)).toEqual(["cat", "dog"]);
  const left = leftOut({ names }, classes);
  expect(left.map(({ what, files }) => [what, files.length])).toEqual([
    ["files that are no images", 1],
    ["hidden files", 5],
  ]);
  const taken = classes.flatMap(({ files }) => files);
  expect([...taken, ...left.flatMap(({ files }) => files)].sort()).toEqual(names.sort());
});
