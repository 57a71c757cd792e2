/** Small pictures in braille: each character is 2 x 4 pixels. */

const BRAILLE = 0x2800;
/** The bit of a pixel in its character, by row and column. */
const BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** Returns a square picture of ink in 0..1 as lines of text. */
export function dots(ink: ArrayLike<number>, size: number): string[] {
  return Array.from({ length: Math.ceil(size / 4) }, (_, row) =>
    Array.from({ length: Math.ceil(size / 2) }, (_, column) => {
      const bits = BITS.reduce((all, bit, i) => {
        const [y, x] = [row * 4 + (i >> 1), column * 2 + (i & 1)];
        return y < size && x < size && ink[y * size + x]! > 0.5 ? all | bit : all;
      }, 0);
      return bits === 0 ? " " : String.fromCodePoint(BRAILLE + bits);
    }).join(""),
  );
}

/** Joins pictures of one height, two blanks apart, without the empty lines above and below them. */
export function sideBySide(pictures: readonly (readonly string[])[]): string[] {
  const lines = pictures[0]!.map((_, row) => {
    const joined = pictures.map((picture) => picture[row]).join("  ");
    return joined.trimEnd();
  });
  const isInked = (line: string) => line !== "";
  return lines.slice(lines.findIndex(isInked), lines.findLastIndex(isInked) + 1);
}
