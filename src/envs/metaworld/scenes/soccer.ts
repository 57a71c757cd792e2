/**
 * A ball and a goal.
 *
 * Source: the compiled scene soccer of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the goal's four meshes are boxes; its sides, which slope behind, are two steps each.
 *
 * @module
 */
import { GOAL, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { body, free, inertial, shapes, site } from "./shapes.js";

const net = shapes("hard", [0.9, 0.91, 0.92, 0.4]);
const bar = shapes("hard", WHITE);

const ball = body(
  "soccer_ball",
  { pos: [0, 0.6, 0.03] },
  free(),
  body(
    "soccer_ball1",
    {},
    inertial(0.04, [0, 0, 0], [1.0816e-5, 1.0816e-5, 1.0816e-5]),
    shapes("hard", WHITE).sphere(0.026, [0, 0, 0], { name: "objGeom" }),
  ),
);

function side(x: number): readonly string[] {
  return [
    net.box([0.00625, 0.0386, 0.0825], [x, -0.0251, 0.0825]),
    net.box([0.00625, 0.0125, 0.04125], [x, 0.026, 0.04125]),
  ];
}

const goal = body(
  "soccer_goal",
  {},
  ...side(0.09645),
  ...side(-0.09645),
  net.box([0.1027, 0.007, 0.0862], [0, 0.0312, 0.0825], { euler: [0.2942, 0, 0] }),
  bar.box([0.0905, 0.0386, 0.0057], [0, -0.0251, 0.1593]),
);

export const soccer: Objects = {
  objects: [
    ball,
    body("goal_whole", { pos: [0, 0.9, 0] }, goal),
    site("goal", [0, 0.9, 0.02], { rgba: GOAL, size: 0.02 }),
  ],
};
