/**
 * A mug, and a coffee machine with a button.
 *
 * Source: the compiled scene coffee of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { CHARCOAL, GOAL, GREY, RED, STEEL, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_Y, body, free, inertial, marker, shapes, site, slide } from "./shapes.js";

const porcelain = shapes("hard", WHITE);
const steel = shapes("hard", STEEL);
const grey = shapes("hard", GREY);
const spout = shapes("hard", CHARCOAL);

/** Its free joint comes before the arm's. */
const mug = body(
  "obj",
  { pos: [0, 0.6, 0.1] },
  free(),
  body(
    "mug",
    {},
    inertial(
      0.11,
      [0.00309091, 0, 0.0356364],
      [5.74288e-5, 6.88545e-5, 5.07924e-5, 0, -2.16364e-6, -7.29966e-10],
    ),
    marker("mug", { pos: [0, 0, 0.0304514] }),
    porcelain.cylinder(0.028, 0.033, [0, 0, 0.035]),
    porcelain.cylinder(0.02, 0.005, [0.034, 0, 0.042], ALONG_Y),
    site("objSite", [0, 0, 0]),
  ),
);

const machine = body(
  "cm_link",
  {},
  steel.box([0.031, 0.05, 0.035], [0.069, -0.133, 0.3]),
  steel.box([0.031, 0.05, 0.035], [-0.069, -0.133, 0.3]),
  steel.box([0.1, 0.05, 0.018], [0, -0.133, 0.352]),
  steel.box([0.1, 0.05, 0.018], [0, -0.133, 0.248]),
  grey.box([0.1, 0.098, 0.115], [0, 0, 0.115]),
  spout.cylinder(0.009, 0.018, [0, -0.109, 0.135], ALONG_Y),
  spout.cylinder(0.016, 0.041, [0, -0.141, 0.152]),
  steel.box([0.1, 0.098, 0.07], [0, 0, 0.3]),
  site("coffee_goal", [0, -0.22, 0]),
);

const button = body(
  "cmbutton",
  {},
  slide({ name: "goal_slidey", axis: [0, 1, 0], range: [0, 0.03], damping: 1 }),
  inertial(0.1, [0, -0.19, 0.3], [5.56e-5, 5.12e-5, 5.56e-5]),
  shapes("hard", RED).cylinder(0.032, 0.03, [0, -0.19, 0.3], ALONG_Y),
  site("buttonStart", [0, -0.22, 0.3]),
);

export const coffee: Objects = {
  beforeRobot: [mug],
  objects: [
    body("coffee_machine", { pos: [0, 0.9, 0] }, body("coffeemachine", {}, machine, button)),
    site("mug_goal", [0, 0.6, 0.02], { rgba: GOAL, size: 0.01 }),
  ],
};
