/**
 * A ball, and a hoop on a stand.
 *
 * Source: the compiled scene basketball of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREY, ORANGE, RED, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, free, inertial, QUARTER, shapes, site } from "./shapes.js";

const board = shapes("hard", WHITE);
const stand = shapes("hard", GREY);
const red = shapes("hard", RED);

const ball = body(
  "bsktball",
  { pos: [0, 0.6, 0.03] },
  free(),
  body(
    "basketball",
    {},
    inertial(0.1, [0, 0, 0], [3.6e-5, 3.6e-5, 3.6e-5]),
    shapes("hard", ORANGE).sphere(0.03, [0, 0, 0], { name: "objGeom" }),
  ),
);

/** Capsules round the hoop. */
const HOOP = [
  [0.031, 0.032, { euler: [QUARTER, QUARTER / 2, 0] }],
  [0, 0.045, ALONG_X],
  [0.044, 0, ALONG_Y],
  [-0.044, 0, ALONG_Y],
  [0, -0.045, ALONG_X],
  [-0.031, 0.032, { euler: [QUARTER, -QUARTER / 2, 0] }],
  [-0.031, -0.032, { euler: [QUARTER, QUARTER / 2, 0] }],
  [0.031, -0.032, { euler: [QUARTER, -QUARTER / 2, 0] }],
] as const;

const hoop = body(
  "hooplink",
  { pos: [0, -0.083, 0.25] },
  red.box([0.01, 0.014, 0.004], [0, 0.06, 0]),
  ...HOOP.map(([x, y, turned]) => red.capsule(0.01, 0.016, [x, y, -0.001], turned)),
  site("goal", [0, 0, 0], { rgba: GOAL }),
);

const backboard = body(
  "backboardlink",
  {},
  board.box([0.1, 0.01, 0.07], [0, 0, 0.29]),
  stand.cylinder(0.007, 0.108, [0, 0, 0.118]),
  stand.cylinder(0.013, 0.005, [0, 0, 0.005]),
  hoop,
);

export const basketball: Objects = {
  objects: [ball, body("basket_goal", { pos: [0, 0.9, 0] }, body("basketballhoop", {}, backboard))],
};
