/**
 * A cube to sweep off its place.
 *
 * Source: the compiled scene sweep_v3 of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREEN } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

/** Its frame is at the bottom of the cube. */
const cube = body(
  "obj",
  { pos: [0, 0.6, 0.02] },
  free(),
  site("obj", [0, 0, 0.02]),
  body(
    undefined,
    {},
    inertial(0.1, [0, 0, 0.02], [2.66667e-5, 2.66667e-5, 2.66667e-5]),
    shapes("block", GREEN).box([0.02, 0.02, 0.02], [0, 0, 0.02], { name: "objGeom" }),
  ),
);

export const sweep: Objects = {
  objects: [cube, site("hand-goal-site", [0, 0, 0]), site("goal", [0, 0, 0], { rgba: GOAL, size: 0.01 })],
};
