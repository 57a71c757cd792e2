/**
 * A stick, and a thermos with a handle that it pushes or pulls.
 *
 * Source: the compiled scene stick_obj of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the thermos' rim and cap, meshes in the original, are cylinders. In the first 0.1 s of a reset the arm,
 * which comes from straight ahead of the robot's base, knocks the thermos; tasks put it back, but let it slide on, as
 * the original does. Its speed is then 0.1 m/s off (0.57 m/s there; a start of the hand 0.1 mm away changes it by 0.17).
 *
 * @module
 */
import { BLUE, GOAL, GREY, ORANGE, STEEL } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site, slide } from "./shapes.js";

const steel = shapes("hard", STEEL);
const blue = shapes("hard", BLUE);
const grey = shapes("hard", GREY);

const pushing = body(
  "stick",
  { pos: [-0.15, 0.75, 0.02] },
  free(),
  body(
    undefined,
    {},
    inertial(0.02, [0, 0, 0], [5.33333e-6, 1.93333e-5, 1.93333e-5]),
    shapes("stick", ORANGE).box([0.05, 0.02, 0.02], [0, 0, 0], { name: "objGeom" }),
    site("stick_end", [0.05, 0, 0]),
  ),
);

const thermos = body(
  "object",
  { pos: [0.2, 0.6, 0] },
  body(
    undefined,
    {},
    slide({ name: "obj_slidex", axis: [1, 0, 0], range: [-0.2, 0.2], damping: 1 }),
    slide({ name: "obj_slidey", axis: [0, 1, 0], range: [-0.2, 0.2], damping: 1 }),
    inertial(3.2678, [0, -0.00200502, 0.143155], [0.0286943, 0.0279372, 0.00627981, 0, 0, -7.30861e-5]),
    steel.cylinder(0.0515, 0.0022, [0, 0, 0.2422]),
    grey.cylinder(0.0474, 0.04255, [0, 0, 0.28695]),
    blue.cylinder(0.06, 0.1, [0, 0, 0.14]),
    steel.cylinder(0.062, 0.02, [0, 0, 0.02]),
    grey.box([0.01, 0.005, 0.068], [0, -0.135, 0.132]),
    grey.box([0.01, 0.04, 0.005], [0, -0.09, 0.195]),
    grey.box([0.01, 0.04, 0.005], [0, -0.09, 0.069]),
    site("insertion", [0, -0.09, 0.132]),
  ),
);

export const stick: Objects = {
  objects: [pushing, thermos, site("goal", [0.35, 0.75, 0.02], { rgba: GOAL, size: 0.02 })],
};
