/**
 * A cube, and a shelf to put it on.
 *
 * Source: the compiled scene shelf_placing of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { BLUE, DARK_WOOD, GOAL } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

const wood = shapes("fixture", DARK_WOOD);

/** It does not tip: its inertia is that of a tanker. */
const cube = body(
  "obj",
  { pos: [0, 0.6, 0.02] },
  free({ name: "objjoint" }),
  inertial(0.01, [0, 0, 0], [1e5, 1e5, 1e5]),
  shapes("rubber", BLUE).box([0.02, 0.02, 0.02], [0, 0, 0], { name: "objGeom" }),
);

const shelf = body(
  "shelf",
  { pos: [0, 0.8, 0] },
  wood.box([0.01, 0.1, 0.32], [-0.11, 0, 0.32]),
  wood.box([0.01, 0.1, 0.32], [0.11, 0, 0.32]),
  wood.box([0.12, 0.1, 0.01], [0, 0, 0.65]),
  wood.box([0.1, 0.095, 0.01], [0, -0.015, 0.24]),
  wood.box([0.1, 0.095, 0.01], [0, -0.015, 0.05]),
  wood.box([0.1, 0.01, 0.32], [0, 0.09, 0.32]),
  wood.box([0.1, 0.088, 0.021], [0, -0.008, 0.021]),
  site("goal", [0, 0, 0.3], { rgba: GOAL, size: 0.02 }),
);

export const shelfPlacing: Objects = { objects: [cube, shelf] };
