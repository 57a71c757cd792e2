/**
 * A table with a hole, and a cube to bring into it: hand-insert, sweep-into.
 *
 * Source: the compiled scene table_with_hole of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { BLUE, CHARCOAL, GOAL, WOOD } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

const wood = shapes("table", WOOD);

const table = body(
  "tablelink",
  { pos: [0, 0.6, 0] },
  wood.box([0.7, 0.4, 0.46], [0, 0, -0.46]),
  shapes("table", CHARCOAL).box([0.69, 0.38, 0.43], [0, 0, -0.483]),
  wood.box([0.08, 0.28, 0.05], [0, -0.12, 0]),
  wood.box([0.31, 0.4, 0.05], [-0.39, 0, 0]),
  wood.box([0.31, 0.4, 0.05], [0.39, 0, 0]),
  wood.box([0.08, 0.04, 0.05], [0, 0.36, 0]),
);

/** It does not tip: its inertia is that of a tanker. */
const cube = body(
  "obj",
  { pos: [0, 0.6, 0.02] },
  free({ name: "objjoint" }),
  inertial(0.01, [0, 0, 0], [1e5, 1e5, 1e5]),
  shapes("puck", BLUE).box([0.02, 0.02, 0.02], [0, 0, 0], { name: "objGeom" }),
);

export const tableWithHole: Objects = {
  table: [table],
  objects: [cube, site("goal", [0, 0.84, 0.02], { rgba: GOAL, size: 0.02 })],
};
