import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { selectClasses, splitClasses } from "./class-split.js";
import { rotationsAsClasses } from "./image-source.js";
import { OMNIGLOT_MAML_SPLIT, omniglotAlphabets, omniglotCatalogue, readOmniglot } from "./omniglot.js";

/** The names of all drawings, as the official archives have them. */
const names = omniglotAlphabets().flatMap(({ name, characters, first }) =>
  Array.from({ length: characters * 20 }, (_, k) => {
    const character = Math.floor(k / 20);
    const set = first < 964 ? "images_background" : "images_evaluation";
    const id = String(first + character + 1).padStart(4, "0");
    const drawer = String((k % 20) + 1).padStart(2, "0");
    return `${set}/${name}/character${String(character + 1).padStart(2, "0")}/${id}_${drawer}.png`;
  }),
);

test("there are 964 characters of 30 background alphabets, and 659 of 20 to evaluate on", () => {
  const count = (from: number, to: number) =>
    omniglotAlphabets()
      .slice(from, to)
      .reduce((total, { characters }) => total + characters, 0);
  expect([count(0, 30), count(30, 50)]).toEqual([964, 659]);
});

test("a class is an official id, whatever the order of names", () => {
  const { classes } = omniglotCatalogue(names.toReversed());
  expect(classes[0]).toMatchObject({ name: "Arcadian/character01" });
  expect(classes[708]!.name).toBe("Alphabet_of_the_Magi/character01");
  expect(classes[708]!.files[4]).toBe("images_background/Alphabet_of_the_Magi/character01/0709_05.png");
  expect(classes.at(-1)!.name).toBe("ULOG/character26");
});

test("splits are disjoint where they should be, and cover all characters", () => {
  const { splits } = omniglotCatalogue(names);
  const sizes = Object.entries(splits).map(([split, { length }]) => `${split} ${length}`);
  expect(sizes.join(", ")).toBe(
    "background 964, evaluation 659, vinyals-train 1028, vinyals-validation 172, vinyals-trainval 1200, vinyals-test 423",
  );
  const union = (...parts: string[]) => parts.flatMap((part) => splits[part]!).toSorted((a, b) => a - b);
  const all = Array.from({ length: 1623 }, (_, k) => k);
  expect(union("background", "evaluation")).toEqual(all);
  expect(union("vinyals-train", "vinyals-validation", "vinyals-test")).toEqual(all);
  expect(union("vinyals-train", "vinyals-validation")).toEqual(splits["vinyals-trainval"]);
});

test("missing and alien drawings are named", () => {
  expect(() => omniglotCatalogue(names.filter((name) => !name.endsWith("/0967_07.png")))).toThrow(
    "omniglot: expected 1623 characters of 20 drawings, got 1622: Angelic/character03 has 19. " +
      "Both images_background and images_evaluation are needed",
  );
  expect(() => omniglotCatalogue([...names, "images_background/Greek/character01/0001_01.png"])).toThrow(
    "omniglot: images_background/Greek/character01/0001_01.png: no such drawing in the official set",
  );
});

const shared = new URL("../../../shared/data/omniglot/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, shared));

describe.skipIf(!existsSync(shared))("the official archives (skipped where ../shared has none)", () => {
  test("the splits of Vinyals are those of the prototypical networks' code", () => {
    const { classes, splits } = omniglotCatalogue(names);
    for (const [split, file] of Object.entries({
      "vinyals-train": "train",
      "vinyals-validation": "val",
      "vinyals-trainval": "trainval",
      "vinyals-test": "test",
    })) {
      const listed = read(`splits/vinyals_${file}.txt`).toString().trim().split("\n");
      const ours = splits[split]!.flatMap((k) =>
        ["rot000", "rot090", "rot180", "rot270"].map((turn) => `${classes[k]!.name}/${turn}`),
      );
      expect(new Set(ours)).toEqual(new Set(listed));
      expect(ours).toHaveLength(listed.length);
    }
  });

  test("drawings at 28 x 28 are those of Pillow, and rotations are named as in the lists", async () => {
    const source = readOmniglot(read("images_background.zip"), read("images_evaluation.zip"));
    expect([source.numClasses, source.imagesPerClass, source.height]).toEqual([1623, 20, 28]);
    // Pillow 13: 255 - Image.open(…).resize((28, 28), Image.LANCZOS), all classes and drawings in order
    const pillow = "2f8ac755e5c32f72b9131750fbf552d1c169968f553c1f433e9188fdc27c75bd";
    const all = new Uint8Array(1623 * 20 * 784);
    for (let k = 0; k < 1623 * 20; k++) all.set(source.image(Math.floor(k / 20), k % 20), k * 784);
    expect(Buffer.from(await crypto.subtle.digest("SHA-256", all)).toString("hex")).toBe(pillow);

    const turned = rotationsAsClasses(selectClasses(source, [5]));
    expect(turned.classNames!.slice(0, 2)).toEqual([
      "Arcadian/character06/rot000",
      "Arcadian/character06/rot090",
    ]);
    const { train, validation, test: held } = splitClasses(source, OMNIGLOT_MAML_SPLIT, 1);
    expect([train, validation, held].map(({ numClasses }) => numClasses)).toEqual([1100, 100, 423]);
  }, 120_000);
});
