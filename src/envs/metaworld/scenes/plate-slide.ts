/**
 * A plate that slides on the table, and a goal with a net, behind it or at its side.
 *
 * Source: the compiled scenes plate_slide and plate_slide_sideway of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the net's four meshes are boxes.
 *
 * @module
 */
import { GOAL, RED, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, type Frame, inertial, QUARTER, shapes, site, slide } from "./shapes.js";

const net = shapes("hard", [0.9, 0.91, 0.92, 0.4]);
const pole = shapes("hard", WHITE);

const plate = body(
  "puck_channel",
  { pos: [0, 0.6, 0.015] },
  body(
    undefined,
    {},
    slide({ name: "goal_slidex", axis: [1, 0, 0], range: [-0.2, 0.2], damping: 1 }),
    slide({ name: "goal_slidey", axis: [0, 1, 0], range: [0, 0.3], damping: 1 }),
    inertial(0.05, [0, 0, 0], [4.54167e-5, 4.54167e-5, 8.33333e-5]),
    shapes("hard", RED).box([0.05, 0.05, 0.015], [0, 0, 0], { name: "puck" }),
  ),
);

function goal(frame: Frame): string {
  return body(
    "puck_goal",
    frame,
    net.box([0.103, 0.0034, 0.0872], [0, 0.0585, 0.093], { euler: [0.2728, 0, 0] }),
    net.box([0.0035, 0.075, 0.084], [-0.1015, 0.005, 0.093]),
    net.box([0.103, 0.05375, 0.0025], [0, -0.01625, 0.1765]),
    net.box([0.0035, 0.075, 0.084], [0.1015, 0.005, 0.093]),
    pole.capsule(0.008, 0.073, [-0.1, 0.004, 0.009], ALONG_Y),
    pole.capsule(0.008, 0.073, [0.1, 0.004, 0.009], ALONG_Y),
    pole.capsule(0.008, 0.082, [-0.1, -0.0685, 0.091]),
    pole.capsule(0.008, 0.082, [0.1, -0.0685, 0.091]),
    pole.capsule(0.008, 0.1, [0, -0.0685, 0.174], ALONG_X),
    pole.capsule(0.008, 0.1, [0, 0.077, 0.009], ALONG_X),
  );
}

export const plateSlide: Objects = {
  objects: [plate, goal({ pos: [0, 0.85, 0] }), site("goal", [0, 0.85, 0.02], { rgba: GOAL, size: 0.015 })],
};

export const plateSlideSideway: Objects = {
  objects: [
    plate,
    goal({ pos: [-0.3, 0.6, 0], euler: [0, 0, QUARTER] }),
    site("goal", [-0.3, 0.6, 0], { rgba: GOAL, size: 0.015 }),
  ],
};
