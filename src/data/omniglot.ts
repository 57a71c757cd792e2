/**
 * Omniglot: 1,623 characters of 50 alphabets, each drawn once by 20 people, 105 x 105 pixels of ink or paper.
 *
 * Class `id − 1` is the character that the official files call `id`, whatever the archive's order, and
 * instance `drawer − 1` is its drawing by that person; so classes 0..963 are the background set, 964..1622
 * the evaluation set. Ink is 255, paper 0.
 *
 * | split                | classes                                                                   |
 * | -------------------- | ------------------------------------------------------------------------- |
 * | `background`         | 964 characters of 30 alphabets, to learn from (Lake et al.)               |
 * | `evaluation`         | 659 of 20 other alphabets                                                 |
 * | `vinyals-train`      | 1,028, the split of the prototypical networks' code                       |
 * | `vinyals-validation` | 172 of 5 alphabets                                                        |
 * | `vinyals-trainval`   | both, 1,200                                                               |
 * | `vinyals-test`       | 423                                                                       |
 *
 * MAML shares characters out at random: `splitClasses(images, OMNIGLOT_MAML_SPLIT, seed)`. Rotations are made
 * classes after splitting, by `rotationsAsClasses`.
 *
 * At 28 x 28, output row r is input row ⌊(r + ½) · 105 / 28⌋, columns alike. MAML's code asks Pillow for a
 * Lanczos filter, which Pillow replaces by the nearest pixel where an image has 1 bit, as do the codes of
 * prototypical networks and Reptile; so the set on which the papers' numbers were made is binary.
 *
 * Source: Lake, Salakhutdinov & Tenenbaum 2015, https://doi.org/10.1126/science.aab3050; the archives
 * `images_background.zip` and `images_evaluation.zip` of brendenlake/omniglot, folder `python`
 * Checked against: jakesnell/prototypical-networks, data/omniglot/splits/vinyals; cbfinn/maml@a7f45f1,
 * data_generator.py
 * Differs: ink is 255, as in the codes of MAML and prototypical networks; the files, and Reptile's code,
 * have it 0. MAML's split follows the order of a folder's listing, and so differs between machines; ours
 * is drawn from a seed.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { readZip } from "../formats/index.js";
import type { SplitSizes } from "./class-split.js";
import { decodeCatalogue, type FileTree, type ImageCatalogue, type ImageRecipe } from "./image-files.js";
import type { ImageSource } from "./image-source.js";

export interface OmniglotAlphabet {
  readonly name: string;
  readonly characters: number;
  /** Class of the first character; the others follow. */
  readonly first: number;
}

/** How MAML shares out all 1,623 characters (§5.2: 1,200 to learn from, of which its code validates on 100). */
export const OMNIGLOT_MAML_SPLIT = { train: 1100, validation: 100, test: 423 } satisfies SplitSizes;

const DRAWERS = 20;
const SIDE = 105;
const BACKGROUND = 964;
const VINYALS_TRAINVAL = 1200;
const VINYALS_VALIDATION = ["Armenian", "Bengali", "Early_Aramaic", "Hebrew", "Mkhedruli_(Georgian)"];

/** Alphabets and their numbers of characters, in the order of the official ids; 30 background, 20 evaluation. */
const ALPHABETS =
  "Arcadian 26, Armenian 41, Asomtavruli_(Georgian) 40, Balinese 24, Bengali 46, " +
  "Blackfoot_(Canadian_Aboriginal_Syllabics) 14, Braille 26, Cyrillic 33, Early_Aramaic 22, " +
  "Syriac_(Estrangelo) 23, Anglo-Saxon_Futhorc 29, Futurama 26, Grantha 43, Greek 24, Gujarati 48, Hebrew 22, " +
  "Japanese_(hiragana) 52, Inuktitut_(Canadian_Aboriginal_Syllabics) 16, Malay_(Jawi_-_Arabic) 40, " +
  "Japanese_(katakana) 47, Korean 40, Latin 26, Alphabet_of_the_Magi 20, Mkhedruli_(Georgian) 41, " +
  "Burmese_(Myanmar) 34, N_Ko 33, Ojibwe_(Canadian_Aboriginal_Syllabics) 14, Sanskrit 42, Tagalog 17, " +
  "Tifinagh 55, " +
  "Angelic 20, Atemayar_Qelisayer 26, Atlantean 26, Aurek-Besh 26, Avesta 26, Ge_ez 26, Glagolitic 45, " +
  "Gurmukhi 45, Kannada 41, Keble 26, Malayalam 47, Manipuri 40, Mongolian 30, " +
  "Old_Church_Slavonic_(Cyrillic) 45, Oriya 46, Syriac_(Serto) 23, Sylheti 28, Tengwar 25, Tibetan 42, ULOG 26";

let alphabets: readonly OmniglotAlphabet[] | undefined;

/** Returns the alphabets, in the order of their characters. */
export function omniglotAlphabets(): readonly OmniglotAlphabet[] {
  let first = 0;
  alphabets ??= ALPHABETS.split(", ").map((text) => {
    const [name, count] = text.split(" ") as [string, string];
    const alphabet = { name, characters: Number(count), first };
    first += alphabet.characters;
    return alphabet;
  });
  return alphabets;
}

/** Says how the files become images: 105 x 105 as they are, or any smaller size by the nearest pixel. */
export function omniglotRecipe(size = 28): ImageRecipe {
  return {
    height: size,
    width: size,
    channels: 1,
    bits: size < SIDE ? 8 : 1, // 28 x 28 in bytes is 25 MB, and needs no unpacking; 105 x 105 would be 358 MB
    resize: size === SIDE ? "never" : "nearest",
    invert: true,
  };
}

/**
 * Returns Omniglot from its two official archives, decoded on this thread in some seconds.
 *
 * @param size pixels in a row and in a column. Default: 28
 * @throws FormatError if a drawing is missing or damaged
 */
export function readOmniglot(background: Uint8Array, evaluation: Uint8Array, size = 28): ImageSource {
  const archives = [
    readZip(background, "images_background.zip"),
    readZip(evaluation, "images_evaluation.zip"),
  ] as const;
  const [first, second] = archives.map(({ names }) => new Set(names));
  const tree: FileTree = {
    names: [...first!, ...second!],
    read: (name) => archives[first!.has(name) ? 0 : 1].read(name),
  };
  return decodeCatalogue(tree, omniglotCatalogue(tree.names).classes, omniglotRecipe(size));
}

/** Finds the drawings of every character among the names of files. @throws FormatError unless all are there */
export function omniglotCatalogue(names: readonly string[]): ImageCatalogue {
  const classes = omniglotAlphabets().flatMap(({ name, characters }) =>
    Array.from({ length: characters }, (_, k) => ({
      name: `${name}/character${String(k + 1).padStart(2, "0")}`,
      files: Array.from<string>({ length: DRAWERS }),
    })),
  );
  const pattern = /(?:^|\/)images_(?:background|evaluation)\/([^/]+\/character\d\d)\/(\d{4})_(\d\d)\.png$/;
  for (const file of names) {
    const [, name, id, drawer] = file.match(pattern) ?? [];
    if (name === undefined || file.includes("__MACOSX/")) continue;
    const found = classes[Number(id) - 1];
    if (found?.name !== name || !(Number(drawer) >= 1 && Number(drawer) <= DRAWERS)) {
      throw new FormatError(`omniglot: ${file}: no such drawing in the official set. Unpack it anew`);
    }
    found.files[Number(drawer) - 1] = file;
  }
  checkComplete(classes);
  return { classes, splits: omniglotSplits() };
}

function checkComplete(classes: ImageCatalogue["classes"]): void {
  const countOf = (files: readonly string[]) => files.filter((file) => file !== undefined).length;
  const short = classes.filter(({ files }) => countOf(files) < DRAWERS);
  if (short.length === 0) return;
  const [{ name, files }] = short as [(typeof short)[number]];
  const complete = classes.length - short.length;
  throw new FormatError(
    `omniglot: expected ${classes.length} characters of ${DRAWERS} drawings, got ${complete}: ` +
      `${name} has ${countOf(files)}. Both images_background and images_evaluation are needed`,
  );
}

/** Returns the published splits, as indices of classes. */
function omniglotSplits(): Record<string, readonly number[]> {
  const all = Array.from({ length: 1623 }, (_, k) => k);
  const trainval = all.slice(0, VINYALS_TRAINVAL); // the first 41 characters of Gurmukhi are the last of them
  const validation = omniglotAlphabets()
    .filter(({ name }) => VINYALS_VALIDATION.includes(name))
    .flatMap(({ first, characters }) => all.slice(first, first + characters));
  return {
    background: all.slice(0, BACKGROUND),
    evaluation: all.slice(BACKGROUND),
    "vinyals-train": trainval.filter((k) => !validation.includes(k)),
    "vinyals-validation": validation,
    "vinyals-trainval": trainval,
    "vinyals-test": all.slice(VINYALS_TRAINVAL),
  };
}
