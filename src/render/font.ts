/**
 * A stroke font of our own for printable ASCII: each glyph is a few pen strokes on a small grid.
 *
 * Strokes instead of a bitmap: one table serves every size and direction, and lines are anti-aliased by the
 * code that draws the curves.
 *
 * Two digits are a point, x to the right and y upwards: 0 descender, 2 baseline, 6 x-height, 8 capitals. A
 * blank lifts the pen; `~` makes the stroke round by cutting its corners twice (Chaikin 1974).
 *
 * @module
 */
/** Grid units to the right, grid units up from the baseline. */
type PenPoint = readonly [x: number, y: number];

/** Pen strokes in grid units, y upwards from the baseline. */
export interface Glyph {
  readonly strokes: readonly (readonly PenPoint[])[];
  /** From this glyph's left edge to the next one's. */
  readonly advance: number;
}

const BASELINE = 2;
const GAP = 2;

/** Grid units from line to line. */
export const LINE_UNITS = 10;
/** Height of a capital in grid units. */
export const CAPITAL_UNITS = 6;

/** Returns the glyph of a character; a box for what is not printable ASCII. */
export function glyphOf(character: string): Glyph {
  let glyph = glyphs.get(character);
  if (glyph === undefined) {
    glyph = parseGlyph(outlines[character] ?? "0248420802 02084842");
    glyphs.set(character, glyph);
  }
  return glyph;
}

/** Returns the width of a text in grid units. */
export function textUnits(text: string): number {
  let units = -GAP;
  for (const character of text) units += glyphOf(character).advance;
  return Math.max(units, 0);
}

const glyphs = new Map<string, Glyph>();

function parseGlyph(outline: string): Glyph {
  const strokes = outline.split(" ").filter((stroke) => stroke !== "");
  const parsed = strokes.map((stroke) => {
    const points = [...stroke.matchAll(/(\d)(\d)/g)].map(
      ([, x, y]): PenPoint => [Number(x), Number(y) - BASELINE],
    );
    return stroke.startsWith("~") ? cutCorners(cutCorners(points)) : points;
  });
  const width = Math.max(1, ...parsed.flat().map(([x]) => x));
  return {
    strokes: parsed,
    advance: (parsed.flat().some(([x]) => x > 0) || strokes.length === 0 ? width : 0) + GAP,
  };
}

/** Replaces each corner by two points, a quarter of the way to its neighbours; open ends stay. */
function cutCorners(points: readonly PenPoint[]): PenPoint[] {
  const first = points[0]!;
  const last = points.at(-1)!;
  const closed = first[0] === last[0] && first[1] === last[1];
  const cut: PenPoint[] = closed ? [] : [first];
  for (let i = 1; i < points.length; i++) {
    const [[ax, ay], [bx, by]] = [points[i - 1]!, points[i]!];
    if (closed || i > 1) cut.push([0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by]);
    if (closed || i < points.length - 1) cut.push([0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by]);
  }
  cut.push(closed ? cut[0]! : last);
  return cut;
}

// biome-ignore format: a table reads better
const outlines: Readonly<Record<string, string>> = {
  " ": "", "!": "0804 0202", '"': "0806 2826", "#": "1218 3238 0444 0646",
  $: "~473818070615354443321203 2921", "%": "4802 ~0828260608 ~2444422224", "&": "~420607182837360403122244",
  "'": "0806", "(": "~19070311", ")": "~09171301", "*": "2824 0745 0547", "+": "2327 0545", ",": "1201",
  "-": "0535", ".": "0202", "/": "0138",
  0: "~0848420208", 1: "072822 0242", 2: "~071838474602 0242", 3: "~07183847463515 ~15354443321203",
  4: "32380444", 5: "480805 ~0516364543321203", 6: "~473818070312324344351504", 7: "084812",
  8: "~0848450508 ~0545420205", 9: "~031232434738180706153546",
  ":": "0505 0202", ";": "1515 1201", "<": "470543", "=": "0646 0444", ">": "074503",
  "?": "~07183847462524 2222", "@": "~5212030718586764544446 ~2646442426",
  A: "022842 1434", B: "0208 ~08484505 ~05454202", C: "~4738180703123243", D: "0208 ~08484202", E: "48080242 0535",
  F: "480802 0535", G: "~473818070312324345 4525", H: "0208 4248 0545", I: "0208", J: "~38320204",
  K: "0208 4804 1542", L: "080242", M: "0208346862", N: "02084248", O: "~0858520208", P: "0208 ~08484505",
  Q: "~0858520208 3451", R: "0208 ~08484505 2542", S: "~473818070615354443321203", T: "0848 2822", U: "~08024248",
  V: "082248", W: "0812365268", X: "0842 0248", Y: "082548 2522", Z: "08480242",
  "[": "19090111", "\\": "0832", "]": "09191101", "^": "062846", _: "0141", "`": "0817",
  a: "4642 ~46060242", b: "0802 ~06464202", c: "~4536160503123243", d: "4842 ~46060242", e: "0444 ~444606023243",
  f: "~381812 0636", g: "~46060242 ~46400001", h: "0802 ~064642", i: "0602 0808", j: "~161000 1818",
  k: "0802 3603 1432", l: "0802", m: "0602 ~063632 ~366662", n: "0602 ~064642", o: "~0646420206",
  p: "0600 ~06464202", q: "4640 ~46060242", r: "0602 ~040636", s: "~45361605143443321203", t: "~181232 0636",
  u: "~060242 4642", v: "062246", w: "0612355266", x: "0642 0246", y: "0622 4610", z: "06460242",
  "{": "~29191505 ~05151121", "|": "0901", "}": "~09191525 ~25151101", "~": "~04163446",
};
