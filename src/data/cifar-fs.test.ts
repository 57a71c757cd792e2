import { expect, test } from "vitest";
import { encodePng } from "../formats/index.js";
import { CIFAR_FS_RECIPE, cifarFsCatalogue } from "./cifar-fs.js";
import { decodeCatalogue, type FileTree } from "./image-files.js";

const text = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\n")}\n`);
const labels = Array.from({ length: 100 }, (_, k) => `class_${String((k * 37) % 100).padStart(2, "0")}`);
const lists: Readonly<Record<string, Uint8Array>> = {
  "cifar100/splits/bertinetto/train.txt": text(labels.slice(0, 64)),
  "cifar100/splits/bertinetto/val.txt": text(labels.slice(64, 80)),
  "cifar100/splits/bertinetto/test.txt": text(labels.slice(80)),
};
const images = labels.flatMap((label) =>
  Array.from({ length: 600 }, (_, k) => `cifar100/data/${label}/img_s_${String(k).padStart(6, "0")}.png`),
);

/** An archive of the official form whose image k is of the colour (k mod 256, 1, 2). */
function archive(names = images, others = lists): FileTree {
  return {
    names: [...names, ...Object.keys(others), "__MACOSX/cifar100/data/class_00/._a.png"],
    read(name) {
      if (others[name]) return others[name];
      const data = new Uint8Array(32 * 32 * 3);
      for (let i = 0; i < data.length; i += 3)
        data.set([Number(name.match(/(\d+)\.png$/)![1]) % 256, 1, 2], i);
      return encodePng({ height: 32, width: 32, channels: 3, data });
    },
  };
}

test("classes are those of the lists, 600 images each", () => {
  const { classes, splits } = cifarFsCatalogue(archive());
  expect(classes.map(({ name }) => name)).toEqual(labels);
  expect(Object.entries(splits).map(([split, { length }]) => [split, length])).toEqual([
    ["train", 64],
    ["validation", 16],
    ["test", 20],
  ]);
  expect(splits.test!.map((k) => classes[k]!.name)).toEqual(labels.slice(80));

  const source = decodeCatalogue(archive(), classes.slice(0, 1), CIFAR_FS_RECIPE);
  expect([source.imagesPerClass, source.height, source.channels]).toEqual([600, 32, 3]);
  expect([...source.image(0, 300).subarray(0, 3)]).toEqual([300 - 256, 1, 2]);
});

test("what is missing is named", () => {
  const short = images.filter((name) => !name.endsWith("class_37/img_s_000005.png"));
  expect(() => cifarFsCatalogue(archive(short))).toThrow("cifar-fs: class_37: expected 600 images, got 599");
  const { "cifar100/splits/bertinetto/val.txt": _, ...twoLists } = lists;
  expect(() => cifarFsCatalogue(archive(images, twoLists))).toThrow(
    "cifar-fs: expected splits/bertinetto/val.txt in the archive, got none",
  );
  const wrong = (list: string, lines: readonly string[]) =>
    cifarFsCatalogue(archive(images, { ...lists, [`cifar100/splits/bertinetto/${list}.txt`]: text(lines) }));
  expect(() => wrong("test", labels.slice(81))).toThrow("cifar-fs: test: expected 20 classes, got 19");
  expect(() => wrong("test", [labels[0]!, ...labels.slice(81)])).toThrow(
    `cifar-fs: ${labels[0]} is both in train and in test`,
  );
});
