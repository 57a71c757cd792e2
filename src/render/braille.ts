/** Drawing with braille characters: each is 2 x 4 dots. */

const BRAILLE = 0x2800;
/** The bit of a dot in its character, by row and column. */
const DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** Lines of braille dots on a grid of characters, each with the colour of the last line that touched it. */
export class BrailleCanvas {
  readonly #columns: number;
  readonly #rows: number;
  readonly #dots: Uint8Array;
  readonly #colors: (string | undefined)[] = [];

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#dots = new Uint8Array(columns * rows);
  }

  /** Draws through points of the unit square, y downwards. */
  line(points: readonly (readonly [x: number, y: number])[], color: string | undefined): void {
    const [right, bottom] = [this.#columns * 2 - 1, this.#rows * 4 - 1];
    for (const [i, [x, y]] of points.entries()) {
      const [fromX, fromY] = points[Math.max(i - 1, 0)]!;
      const steps = Math.max(
        1,
        Math.ceil(Math.max(Math.abs(x - fromX) * right, Math.abs(y - fromY) * bottom)),
      );
      for (let s = 0; s <= steps; s++) {
        const along = s / steps;
        this.#dot(
          Math.round((fromX + (x - fromX) * along) * right),
          Math.round((fromY + (y - fromY) * along) * bottom),
          color,
        );
      }
    }
  }

  rows(): string[] {
    return Array.from({ length: this.#rows }, (_, row) => {
      let text = "";
      for (let column = 0; column < this.#columns; column++) {
        const cell = row * this.#columns + column;
        const dots = this.#dots[cell]!;
        text += dots === 0 ? " " : paint(String.fromCodePoint(BRAILLE + dots), this.#colors[cell]);
      }
      return text;
    });
  }

  #dot(x: number, y: number, color: string | undefined): void {
    const cell = (y >> 2) * this.#columns + (x >> 1);
    this.#dots[cell]! |= DOTS[(y & 3) * 2 + (x & 1)]!;
    this.#colors[cell] = color;
  }
}

/** Returns the text in a colour `#rrggbb`, by ANSI escapes. */
export function paint(text: string, color: string | undefined): string {
  if (color === undefined) return text;
  const rgb = [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
  return `\u001b[38;2;${rgb.join(";")}m${text}\u001b[39m`;
}
