/**
 * A peg, and a block with a hole in its side.
 *
 * Source: the compiled scene peg_insertion_side of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { BLUE, DARK_WOOD, GOAL, GREEN } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, body, free, inertial, QUARTER, shapes, site } from "./shapes.js";

const wood = shapes("hard", DARK_WOOD);
const blue = shapes("hard", BLUE);

/** It slides and falls, and does not turn: its inertia is that of a tanker. */
const peg = body(
  "peg",
  { pos: [0, 0.6, 0.03] },
  free({ damping: 0.005 }),
  inertial(0.1, [0, 0, 0], [1e5, 1e5, 1e5]),
  shapes("soft", GREEN).box([0.015, 0.015, 0.12], [0, 0, 0], { name: "peg", ...ALONG_X }),
  site("pegHead", [-0.1, 0, 0]),
  site("pegEnd", [0.1, 0, 0]),
  site("pegGrasp", [0.03, 0, 0.01]),
);

const block = body(
  "box",
  { pos: [-0.3, 0.6, 0], euler: [0, 0, QUARTER] },
  blue.box([0.09, 0.1, 0.005], [0, 0, 0.195]),
  wood.box([0.09, 0.096, 0.05], [0, 0, 0.05]),
  wood.box([0.03, 0.096, 0.03], [-0.06, 0, 0.13]),
  wood.box([0.03, 0.096, 0.03], [0.06, 0, 0.13]),
  wood.box([0.09, 0.096, 0.015], [0, 0, 0.175]),
  blue.box([0.005, 0.1, 0.1], [0.095, 0, 0.1]),
  blue.box([0.005, 0.1, 0.1], [-0.095, 0, 0.1]),
  site("hole", [0, -0.096, 0.13]),
  site("bottom_right_corner_collision_box_1", [0.1, -0.11, 0.01]),
  site("top_left_corner_collision_box_1", [-0.1, -0.15, 0.096]),
  site("bottom_right_corner_collision_box_2", [0.1, -0.11, 0.16]),
  site("top_left_corner_collision_box_2", [-0.1, -0.17, 0.19]),
);

export const pegInsertionSide: Objects = {
  objects: [peg, block, site("goal", [0, 0.6, 0.05], { rgba: GOAL, size: 0.01 })],
};
