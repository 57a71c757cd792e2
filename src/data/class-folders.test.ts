import { expect, test } from "vitest";
import { classFolders } from "./class-folders.js";

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
