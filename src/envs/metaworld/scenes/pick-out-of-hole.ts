/**
 * A puck in a hole of a raised floor.
 *
 * Source: the compiled scene pick_out_of_hole of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { DARK_WOOD, GOAL, RED } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

const raised = shapes("springy", DARK_WOOD);

/** It does not tip: its inertia is that of a tanker. */
const puck = body(
  "obj",
  { pos: [0, 0.6, 0.02] },
  free({ name: "objjoint" }),
  inertial(0.01, [0, 0, 0], [1e5, 1e5, 1e5]),
  shapes("puck", RED).cylinder(0.02, 0.02, [0, 0, 0], { name: "objGeom" }),
);

const plateau = body(
  undefined,
  { pos: [0, 0.6, 0] },
  raised.box([0.7, 0.225, 0.027], [0, -0.175, 0.027]),
  raised.box([0.15, 0.025, 0.027], [0, 0.375, 0.027]),
  raised.box([0.275, 0.175, 0.027], [-0.425, 0.225, 0.027]),
  raised.box([0.275, 0.175, 0.027], [0.425, 0.225, 0.027]),
);

export const pickOutOfHole: Objects = {
  objects: [puck, plateau, site("goal", [0, 0.84, 0.02], { rgba: GOAL, size: 0.015 })],
};
