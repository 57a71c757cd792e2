/**
 * An open box, and its lid with a handle: box-close.
 *
 * Source: the compiled scene box of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the meshes that the original's lid and handle have beside their boxes and capsules are boxes, too. On the
 * table the lid stands on two of its four boards: the same plane, with half of the contacts to be solved.
 *
 * @module
 */
import { bin } from "./bin-picking.js";
import { BLUE, DARK_WOOD, GOAL, YELLOW } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_Y, body, free, inertial, shapes, site } from "./shapes.js";

const hull = shapes("soft", BLUE);
const lid = shapes("block", BLUE);
const handle = shapes("block", YELLOW);

/** A second kind of touching, which the table does not have. */
const NOT_TABLE = { contype: 2 };
const BOTH = { conaffinity: 3 };

const top = body(
  "top_link",
  { pos: [0, 0, 0.075] },
  inertial(0.25, [0, 0, 0.03128], [0.00139052, 0.0010901, 0.00180277]),
  hull.box([0.115, 0.115, 0.0108], [0, 0, -0.005]),
  shapes("soft", YELLOW).box([0.008, 0.058, 0.0424], [0, 0, 0.0466], { name: "BoxHandleGeom" }),
  lid.box([0.005, 0.115, 0.008], [0.11, 0, -0.008]),
  lid.box([0.115, 0.115, 0.003], [0, 0, 0.003]),
  lid.box([0.005, 0.115, 0.008], [-0.11, 0, -0.008]),
  lid.box([0.115, 0.005, 0.008], [0, -0.11, -0.008], NOT_TABLE),
  lid.box([0.115, 0.005, 0.008], [0, 0.11, -0.008], NOT_TABLE),
  handle.capsule(0.008, 0.05, [0, 0, 0.082], ALONG_Y),
  handle.capsule(0.008, 0.035, [0, -0.05, 0.043]),
  handle.capsule(0.008, 0.035, [0, 0.05, 0.043]),
);

export const box: Objects = {
  objects: [
    body("boxbody", { pos: [0, 0.8, 0] }, body("box", {}, ...bin(DARK_WOOD, BOTH))),
    body("boxbodytop", { pos: [0, 0.8, 0], quat: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] }, free(), top),
    site("goal", [0, 0.7, 0.05], { rgba: GOAL, size: 0.02 }),
  ],
};
