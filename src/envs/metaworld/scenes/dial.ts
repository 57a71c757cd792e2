/**
 * A dial that turns on the table.
 *
 * Source: the compiled scene dial of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREY, RED } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, hinge, inertial, shapes, site } from "./shapes.js";

const knob = body(
  undefined,
  {},
  hinge({ name: "knob_Joint_1", axis: [0, 0, 1], range: [-3.14, 3.14], damping: 1 }),
  inertial(0.365543, [0, 0, 0.0254749], [0.000341607, 0.000289416, 0.000418041]),
  shapes("fixture", GREY).cylinder(0.05, 0.018, [0, 0, 0.018]),
  shapes("fixture", RED).box([0.015, 0.046, 0.015], [0, 0, 0.051]),
);

export const dial: Objects = {
  objects: [
    body("dial", { pos: [0, 0.7, 0] }, site("dialStart", [0, -0.05, 0.035]), knob),
    site("goal", [0, 0.74, 0.07], { rgba: GOAL, size: 0.02 }),
  ],
};
