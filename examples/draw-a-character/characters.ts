/** The four characters that stand beside the user's: of the 423 that no training has seen. */
import * as mg from "metagrad";
import { SHOTS, WAYS } from "./classifier.js";

export interface Character {
  /** Drawings to learn from. */
  readonly support: readonly Uint8Array[];
  /** Others, by which to see whether it was learned. */
  readonly heldOut: readonly Uint8Array[];
}

const HELD_OUT = 5;

/** The characters for training, and those for the page: as `maml-2017/glyphs` splits them. */
export function split(): mg.Split {
  return mg.splitClasses(mg.glyphs(), { train: 1200, test: 423 });
}

/** Returns four characters, chosen at random. */
export function chooseCharacters(test: mg.ImageSource, rng: mg.Rng): Character[] {
  return Array.from(rng.choice(test.numClasses, WAYS - 1), (character) => {
    const drawing = (i: number) => test.image(character, i);
    return {
      support: Array.from({ length: SHOTS }, (_, i) => drawing(i)),
      heldOut: Array.from({ length: HELD_OUT }, (_, i) => drawing(SHOTS + i)),
    };
  });
}
