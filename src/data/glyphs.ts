/**
 * The embedded image classes: 1,623 characters of 50 scripts, each drawn by as many hands as are asked for.
 *
 * A character is a handful of pen strokes, traced from a font; a drawing is the strokes moved as another
 * hand would and inked on 28 x 28 pixels (`handwriting.ts`). The numbers of characters and of scripts are
 * Omniglot's, so that its splits and protocols carry over. No character looks like another, at any
 * multiple of 90 degrees.
 *
 * Differs: Omniglot's drawings are by 20 people; ours are one drawing, distorted. Nearest neighbour on
 * pixels is about as good on both (see the test).
 *
 * @module
 */
import { inflateSync } from "fflate";
import { ConfigError, EnvError } from "../errors.js";
import { Rng } from "../random/index.js";
import { SCRIPTS, STROKES } from "./glyphs-data.js";
import { DRAWING_SIZE, draw, type Strokes } from "./handwriting.js";
import type { ImageSource } from "./image-source.js";

export interface GlyphScript {
  readonly name: string;
  /** The characters, in Unicode. */
  readonly characters: readonly string[];
  /** Index of the first character; the others follow. */
  readonly first: number;
}

export interface GlyphOptions {
  /** Drawings of each character. Default: 20, as in Omniglot. */
  readonly drawings?: number;
  /** Which hands draw. Default: 0. */
  readonly seed?: number;
}

const BEGINS = 0x80;

let scripts: readonly GlyphScript[] | undefined;
let characters: readonly Strokes[] | undefined;

/** Returns the scripts, in the order of their characters. */
export function glyphScripts(): readonly GlyphScript[] {
  let first = 0;
  scripts ??= SCRIPTS.map(([name, text]) => {
    const script = { name, characters: [...text], first };
    first += script.characters.length;
    return script;
  });
  return scripts;
}

/** Returns the pen strokes of every character. Unpacks them on the first call, in some milliseconds. */
export function glyphStrokes(): readonly Strokes[] {
  characters ??= unpack(inflateSync(Uint8Array.from(atob(STROKES), (char) => char.charCodeAt(0))));
  return characters;
}

/**
 * Returns the glyph set as labelled images, `[28, 28, 1]`, ink 255 and paper 0.
 *
 * Drawing `i` of a character depends on the seed alone. Each is made when it is first asked for and kept.
 *
 * @throws ConfigError
 * @example
 * const { train, test } = splitClasses(glyphs(), { train: 1200, test: 423 });
 * const tasks = sampleEpisodes(train, Rng.seed(0), { tasks: 4, ways: 5, shots: 1, queries: 1 });
 */
export function glyphs({ drawings = 20, seed = 0 }: GlyphOptions = {}): ImageSource {
  if (!Number.isInteger(drawings) || drawings < 1) {
    throw new ConfigError(`glyphs: drawings must be an integer >= 1, got ${drawings}`);
  }
  const strokes = glyphStrokes();
  const hands = Rng.seed(seed);
  const kept = new Map<number, Uint8Array>();
  return {
    numClasses: strokes.length,
    imagesPerClass: drawings,
    height: DRAWING_SIZE,
    width: DRAWING_SIZE,
    channels: 1,
    image(character, drawing) {
      const key = character * drawings + drawing;
      let image = kept.get(key);
      if (image === undefined) {
        const lines = strokes[character];
        if (lines === undefined || !(drawing >= 0 && drawing < drawings)) {
          throw new EnvError(`glyphs: no drawing ${drawing} of character ${character}`);
        }
        image = draw(lines, hands.fork("drawing", character, drawing));
        kept.set(key, image);
      }
      return image;
    },
  };
}

/** Splits the stored points at the marks that begin a character and a stroke. */
function unpack(bytes: Uint8Array): Strokes[] {
  const found: Uint8Array[][] = [];
  let start = 0;
  for (let end = 2; end <= bytes.length; end += 2) {
    if (end < bytes.length && bytes[end]! < BEGINS) continue;
    if (bytes[start + 1]! >= BEGINS) found.push([]);
    found.at(-1)!.push(bytes.slice(start, end).map((coordinate) => coordinate & ~BEGINS));
    start = end;
  }
  return found;
}
