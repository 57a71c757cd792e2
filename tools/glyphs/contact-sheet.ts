/**
 * Writes a picture of the glyph set, to look at after a change to the strokes or to the hand.
 *
 *     npx tsx tools/glyphs/contact-sheet.ts characters OUT.png    one drawing of every character
 *     npx tsx tools/glyphs/contact-sheet.ts hands OUT.png         20 drawings of every 50th character
 */
import { writeFileSync } from "node:fs";
import { glyphs } from "../../src/data/glyphs.js";
import { encodePng } from "../../src/formats/index.js";

const PAPER = 255;
const [mode, out] = process.argv.slice(2);
if ((mode !== "characters" && mode !== "hands") || out === undefined) {
  console.error("usage: contact-sheet.ts characters|hands OUT.png");
  process.exit(2);
}

const source = glyphs();
const characters = Array.from({ length: source.numClasses }, (_, character) => character);
const drawings =
  mode === "characters"
    ? characters.map((character) => source.image(character, 0))
    : characters
        .filter((character) => character % 50 === 0)
        .flatMap((character) => Array.from({ length: 20 }, (_, drawing) => source.image(character, drawing)));
writeFileSync(out, sheet(drawings, mode === "characters" ? 45 : 20));

/** Returns a PNG of the drawings side by side, in black on white, with a line between them. */
function sheet(images: readonly Uint8Array[], columns: number): Uint8Array {
  const { height, width } = source;
  const [cellHeight, cellWidth] = [height + 1, width + 1];
  const sheetWidth = columns * cellWidth;
  const sheetHeight = Math.ceil(images.length / columns) * cellHeight;
  const data = new Uint8Array(sheetWidth * sheetHeight).fill(PAPER / 2);
  images.forEach((image, k) => {
    const corner = Math.floor(k / columns) * cellHeight * sheetWidth + (k % columns) * cellWidth;
    for (let row = 0; row < height; row++) {
      const line = image.subarray(row * width, (row + 1) * width).map((ink) => PAPER - ink);
      data.set(line, corner + row * sheetWidth);
    }
  });
  return encodePng({ width: sheetWidth, height: sheetHeight, channels: 1, data });
}
