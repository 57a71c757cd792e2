/**
 * A lever on the side of a box.
 *
 * Its range is the original's, [0, π/2], though the task wants it at −π/2: hands push it through the soft limit.
 *
 * Source: the compiled scene lever_pull of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREY, RED, STEEL } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, hinge, inertial, marker, shapes, site } from "./shapes.js";

const grey = shapes("hard", GREY);
const steel = shapes("hard", STEEL);

const lever = body(
  "lever_link1",
  { pos: [0.12, 0, 0.25] },
  hinge({ name: "LeverAxis", axis: [1, 0, 0], range: [0, 1.57], damping: 2 }),
  inertial(
    0.004,
    [-0.00625, -0.07275, 0],
    [3.16901e-5, 2.11642e-6, 3.25245e-5, 1.81875e-6, -2.9119e-10, 2.62575e-9],
  ),
  marker("objGeom", { pos: [0, -0.2, 0], quat: [0.662329, 0.662329, -0.247628, 0.247628] }),
  steel.cylinder(0.038, 0.016, [0, 0, 0], ALONG_X),
  steel.cylinder(0.012, 0.1, [0, -0.091, 0], ALONG_Y),
  shapes("hard", RED).sphere(0.03, [0, -0.2, 0]),
  steel.cylinder(0.016, 0.046, [-0.025, 0, 0], ALONG_X),
  site("leverStart", [0, -0.2, 0]),
);

export const leverPull: Objects = {
  objects: [
    body(
      "lever",
      { pos: [0, 0.88, 0] },
      grey.box([0.041, 0.083, 0.125], [0, 0, 0.125]),
      grey.cylinder(0.083, 0.041, [0, 0, 0.25], ALONG_X),
      grey.box([0.05, 0.092, 0.013], [0, 0, 0.013]),
      lever,
    ),
    site("goal", [0.12, 0.88, 0.05], { rgba: GOAL, size: 0.02 }),
  ],
};
