import { expect, test } from "vitest";
import { encodePng } from "../formats/index.js";
import { decodeCatalogue, type FileTree } from "./image-files.js";
import { miniImageNetCatalogue, miniImageNetRecipe } from "./mini-imagenet.js";

const validation =
  "n01855672 n02091244 n02114548 n02138441 n02174001 n02950826 n02971356 n02981792 " +
  "n03075370 n03417042 n03535780 n03584254 n03770439 n03773504 n03980874 n09256479";
const heldOut =
  "n01930112 n01981276 n02099601 n02110063 n02110341 n02116738 n02129165 n02219486 n02443484 n02871525 " +
  "n03127925 n03146219 n03272010 n03544143 n03775546 n04146614 n04149813 n04418357 n04522168 n07613480";
const train = Array.from({ length: 64 }, (_, k) => `n1000${String(k).padStart(4, "0")}`);
const stems = (label: string) =>
  Array.from({ length: 600 }, (_, k) => `${label}${String(k + 1).padStart(8, "0")}`);

function csv(labels: readonly string[]): Uint8Array {
  const rows = labels.flatMap((label) => stems(label).map((stem) => `${stem}.jpg,${label}`));
  return new TextEncoder().encode(`filename,label\n${rows.join("\n")}\n`);
}

const lists: Readonly<Record<string, Uint8Array>> = {
  "train.csv": csv(train),
  "val.csv": csv(validation.split(" ")),
  "test.csv": csv(heldOut.split(" ")),
};
const images = [...train, ...validation.split(" "), ...heldOut.split(" ")].flatMap((label) =>
  stems(label).map((stem) => `images/${stem}.png`),
);

function folder(names = images, others = lists): FileTree {
  const gradient = Uint8Array.from({ length: 2 * 4 * 3 }, (_, i) => 10 * i);
  const png = encodePng({ height: 2, width: 4, channels: 3, data: gradient });
  return { names: [...names, ...Object.keys(others)], read: (name) => others[name] ?? png };
}

test("classes are those of Ravi & Larochelle's lists, and images keep their order", () => {
  const { classes, splits } = miniImageNetCatalogue(folder());
  expect(classes).toHaveLength(100);
  expect(splits.validation!.map((k) => classes[k]!.name).join(" ")).toBe(validation);
  expect(splits.test!.map((k) => classes[k]!.name).join(" ")).toBe(heldOut);
  expect(classes[3]!.files[599]).toBe("images/n1000000300000600.png");

  const source = decodeCatalogue(folder(), classes.slice(0, 2), miniImageNetRecipe(2));
  expect(source.imagesPerClass).toBe(600);
  expect([...source.image(1, 5).subarray(0, 3)]).toEqual([15, 25, 35]); // the mean of two neighbours
});

test("other lists and missing images are refused by name", () => {
  const other = { ...lists, "test.csv": lists["train.csv"]! };
  expect(() => miniImageNetCatalogue(folder(images, other))).toThrow(
    "mini-imagenet: test.csv: n10000000 is no test class of Ravi & Larochelle's split. Take their lists",
  );
  expect(() => miniImageNetCatalogue(folder(images.slice(1)))).toThrow(
    "mini-imagenet: images/n1000000000000001.png: expected this image of the lists, got none",
  );
  const short = { ...lists, "train.csv": csv(train.slice(1)) };
  expect(() => miniImageNetCatalogue(folder(images, short))).toThrow(
    "mini-imagenet: train: expected 64 classes, got 63",
  );
  const headless = { ...lists, "val.csv": new TextEncoder().encode("a,b\n") };
  expect(() => miniImageNetCatalogue(folder(images, headless))).toThrow(
    "mini-imagenet: val.csv: expected the first line filename,label, got a,b",
  );
  const { "val.csv": _, ...twoLists } = lists;
  expect(() => miniImageNetCatalogue(folder(images, twoLists))).toThrow(
    "expected val.csv beside images, got none",
  );
});
