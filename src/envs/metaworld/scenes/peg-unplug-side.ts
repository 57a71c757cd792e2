/**
 * A plug in the socket of a wall.
 *
 * Source: the compiled scene peg_unplug_side of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREY, RED, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, body, free, inertial, shapes, site } from "./shapes.js";

const red = shapes("hard", RED);
const white = shapes("hard", WHITE);
const grey = shapes("hard", GREY);

const plug = body(
  "plug1",
  { pos: [-0.252, 0.6, 0.131] },
  free(),
  body(
    "plug",
    {},
    inertial(0.08, [-0.012875, 0, 0], [4.41517e-5, 0.000130451, 0.000130451, 0, 4.48265e-9, 0]),
    red.sphere(0.03, [-0.035, 0, 0]),
    red.cylinder(0.045, 0.007, [-0.013, 0, 0], ALONG_X),
    red.sphere(0.04, [0.06, 0, 0]),
    grey.box([0.038, 0.038, 0.035], [0.025, 0, 0], ALONG_X),
    site("pegHead", [-0.04, 0, 0]),
    site("pegEnd", [0.04, 0, 0]),
  ),
);

const wall = body(
  "plug_wall",
  { pos: [0, 0, 0.099] },
  white.box([0.025, 0.039, 0.022], [0, 0.061, 0.032]),
  white.box([0.025, 0.1, 0.023], [0, 0, 0.077]),
  white.box([0.025, 0.1, 0.055], [0, 0, -0.045]),
  white.box([0.025, 0.045, 0.011], [0, 0.056, -0.016]),
  white.box([0.025, 0.039, 0.022], [0, -0.061, 0.032]),
  site("hole", [0.02, 0, 0.03]),
);

export const pegUnplugSide: Objects = {
  objects: [
    plug,
    body("box", { pos: [-0.3, 0.6, 0] }, wall),
    site("goal", [0, 0.6, 0.05], { rgba: GOAL, size: 0.01 }),
  ],
};
