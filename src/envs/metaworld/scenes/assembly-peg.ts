/**
 * A round nut with a handle, and the peg that it goes over: assembly, disassemble.
 *
 * Source: the compiled scene assembly_peg of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { BLUE, ORANGE, YELLOW } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, free, inertial, marker, QUARTER, shapes, site } from "./shapes.js";

const ring = shapes("hard", BLUE);
const handle = shapes("hard", YELLOW);
const wood = shapes("soft", ORANGE);

/** Capsules round the hole. */
const NUT = [
  [0.048, 0, ALONG_Y],
  [0, 0.048, ALONG_X],
  [0.036, 0.036, { euler: [QUARTER, QUARTER / 2, 0] }],
  [-0.048, 0, ALONG_Y],
  [0, -0.048, ALONG_X],
  [-0.036, 0.036, { euler: [QUARTER, -QUARTER / 2, 0] }],
  [-0.036, -0.036, { euler: [QUARTER, QUARTER / 2, 0] }],
  [0.036, -0.036, { euler: [QUARTER, -QUARTER / 2, 0] }],
] as const;

const nut = body(
  "RoundNut",
  { pos: [0.1, 0.6, 0.02], quat: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
  free(),
  body(
    "asmbly_peg",
    {},
    inertial(0.22, [0, -0.0327273, 0], [0.000917907, 0.000247145, 0.00113055]),
    marker("WrenchHandle", { pos: [0, -0.13, 0], quat: [0.5, 0.5, -0.5, 0.5] }),
    ...NUT.map(([x, y, turned]) => ring.capsule(0.019, 0.015, [x, y, 0], turned)),
    handle.box([0.019, 0.038, 0.016], [0, -0.13, 0]),
    handle.cylinder(0.012, 0.05, [0, -0.1, 0], ALONG_Y),
    site("RoundNut", [0, 0, 0]),
    site("RoundNut-8", [0, -0.13, 0]),
  ),
);

const peg = body(
  "peg",
  { pos: [0.1, 0.8, 0.05] },
  wood.cylinder(0.02, 0.05, [0, 0, 0]),
  site("pegTop", [0, 0, 0.05]),
);

export const assemblyPeg: Objects = { objects: [nut, peg] };
