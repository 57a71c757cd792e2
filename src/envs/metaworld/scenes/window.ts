/**
 * A window whose pane slides sideways.
 *
 * Source: the compiled scene window_horizontal of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GLASS, GOAL, GREY, RED, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_Y, body, inertial, shapes, site, slide } from "./shapes.js";

const grey = shapes("hard", GREY);
const white = shapes("hard", WHITE);
const glass = shapes("hard", GLASS);
const red = shapes("hard", RED);

const sliding = body(
  "windowb_a",
  {},
  slide({ name: "window_slide", axis: [1, 0, 0], range: [0, 0.2], damping: 2 }),
  inertial(
    0.637787,
    [-0.0867691, -0.0188687, 0],
    [0.00622818, 0.00944574, 0.00368036, 0.000229419, 0, 1.35532e-8],
  ),
  red.cylinder(0.012, 0.003, [-0.014, -0.028, 0.045], ALONG_Y),
  red.cylinder(0.012, 0.003, [-0.014, -0.028, -0.045], ALONG_Y),
  red.capsule(0.008, 0.035, [-0.014, -0.06, 0.045], ALONG_Y),
  red.capsule(0.008, 0.035, [-0.014, -0.06, -0.045], ALONG_Y),
  red.capsule(0.008, 0.045, [-0.014, -0.095, 0]),
  white.box([0.014, 0.012, 0.15], [-0.014, -0.013, 0]),
  white.box([0.01, 0.012, 0.15], [-0.19, -0.013, 0]),
  white.box([0.076, 0.012, 0.01], [-0.104, -0.013, 0.14]),
  white.box([0.076, 0.012, 0.01], [-0.104, -0.013, -0.14]),
  glass.box([0.076, 0.001, 0.13], [-0.104, -0.018, 0]),
  white.box([0.076, 0.003, 0.005], [-0.104, -0.022, 0]),
  site("handleOpenStart", [-0.04, -0.095, 0]),
  site("handleCloseStart", [0.01, -0.095, 0]),
);

const fixed = body(
  "windowb_b",
  { pos: [0.1, 0.013, 0] },
  white.box([0.08, 0.012, 0.01], [0, 0, -0.14]),
  white.box([0.08, 0.012, 0.01], [0, 0, 0.14]),
  glass.box([0.08, 0.001, 0.13], [0, -0.005, 0]),
  white.box([0.08, 0.003, 0.005], [0, -0.009, 0]),
  white.box([0.01, 0.012, 0.15], [-0.09, 0, 0]),
  white.box([0.01, 0.012, 0.15], [0.09, 0, 0]),
);

export const window: Objects = {
  objects: [
    body(
      "window",
      { pos: [-0.1, 0.785, 0.202] },
      grey.box([0.015, 0.03, 0.181], [-0.216, 0, 0]),
      grey.box([0.25, 0.06, 0.01], [0, 0, -0.192]),
      grey.box([0.015, 0.03, 0.181], [0.216, 0, 0]),
      grey.box([0.201, 0.03, 0.015], [0, 0, -0.166]),
      grey.box([0.201, 0.03, 0.015], [0, 0, 0.166]),
      sliding,
      fixed,
    ),
    site("goal", [0, 0.7, 0.27], { rgba: GOAL, size: 0.02 }),
  ],
};
