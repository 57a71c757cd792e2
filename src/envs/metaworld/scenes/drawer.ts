/**
 * A drawer that opens towards the robot.
 *
 * Source: the compiled scene drawer of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { DARK_WOOD, GOAL, GREEN, STEEL } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, inertial, marker, shapes, site, slide } from "./shapes.js";

const wood = shapes("hard", DARK_WOOD);
const green = shapes("hard", GREEN);
const steel = shapes("hard", STEEL);

const drawn = body(
  "drawer_link",
  { pos: [0, -0.01, 0.006] },
  slide({ name: "goal_slidey", axis: [0, 1, 0], range: [-0.16, 0], damping: 2 }),
  inertial(
    0.38,
    [0, -0.0615789, -0.00210526],
    [0.00274959, 0.00170948, 0.00392843, 0, -4.92123e-8, 4.9278e-5],
  ),
  marker("objGeom", { pos: [0, -0.128145, 0], quat: [0, Math.SQRT1_2, 0, Math.SQRT1_2] }),
  green.box([0.1, 0.008, 0.052], [0, -0.082, 0.008]),
  green.box([0.1, 0.008, 0.052], [0, 0.082, 0.008]),
  green.box([0.008, 0.074, 0.052], [-0.092, 0, 0.008]),
  green.box([0.008, 0.074, 0.052], [0.092, 0, 0.008]),
  green.box([0.1, 0.09, 0.008], [0, 0, -0.052]),
  steel.capsule(0.009, 0.03, [-0.05, -0.12, 0], ALONG_Y),
  steel.capsule(0.009, 0.05, [0, -0.15, 0], ALONG_X),
  steel.capsule(0.009, 0.03, [0.05, -0.12, 0], ALONG_Y),
);

const frame = body(
  "drawercase_link",
  { pos: [0, 0, 0.084] },
  wood.box([0.008, 0.1, 0.084], [-0.11, 0, 0]),
  wood.box([0.008, 0.1, 0.084], [0.11, 0, 0]),
  wood.box([0.102, 0.008, 0.076], [0, 0.092, -0.008]),
  wood.box([0.102, 0.092, 0.014], [0, -0.008, -0.07]),
  wood.box([0.102, 0.1, 0.008], [0, 0, 0.076]),
  drawn,
);

export const drawer: Objects = {
  objects: [
    body("drawer", { pos: [0, 0.9, 0] }, frame),
    site("goal", [0, 0.74, 0.05], { rgba: GOAL, size: 0.02 }),
  ],
};
