/**
 * A button on a box, facing the robot or the ceiling, with or without a wall before it.
 *
 * Source: the compiled scenes button_press, button_press_topdown and their kin with a wall of
 * Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { DARK_WOOD, GREY, RED, YELLOW } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_Y, body, type Frame, inertial, marker, QUARTER, shapes, site, slide } from "./shapes.js";

const yellow = shapes("hard", YELLOW);
const red = shapes("hard", RED);
const stem = shapes("hard", GREY);

/** A spring far longer than the way pushes it out. */
const button = body(
  "button",
  {},
  slide({
    name: "btnbox_joint",
    axis: [0, -1, 0],
    range: [-0.06, 0],
    damping: 1,
    stiffness: 0.5,
    springref: 0.5,
  }),
  inertial(0.01, [0, -0.1935, 0], [0.001, 0.001, 0.001]),
  marker("btnGeom", {
    pos: [0, -0.179985, 1.75075e-5],
    quat: [0.000281544, Math.SQRT1_2, -Math.SQRT1_2, 0.000281544],
  }),
  stem.cylinder(0.021, 0.039, [0, -0.128, 0], ALONG_Y),
  red.cylinder(0.026, 0.008, [0, -0.166, 0], ALONG_Y),
  red.cylinder(0.043, 0.011, [0, -0.183, 0], ALONG_Y),
);

function box(frame: Frame): string {
  return body(
    "box",
    frame,
    site("buttonStart", [0, -0.1935, 0]),
    site("hole", [0, -0.1, 0]),
    body(
      "buttonbox",
      {},
      yellow.box([0.12, 0.102, 0.048], [0, 0.012, 0.072]),
      yellow.box([0.12, 0.102, 0.048], [0, 0.012, -0.072]),
      yellow.box([0.047, 0.102, 0.024], [-0.073, 0.012, 0]),
      yellow.box([0.047, 0.102, 0.024], [0.073, 0.012, 0]),
      button,
    ),
  );
}

/** 15 cm high, across the way. */
function wall(y: number): string {
  return body(
    "wall",
    { pos: [0.1, y, 0] },
    shapes("fixture", DARK_WOOD).box([0.1, 0.01, 0.075], [0, 0, 0.075]),
  );
}

const facing = box({ pos: [0, 0.9, 0.12] });
const up = box({ pos: [0, 0.85, 0.12], euler: [-QUARTER, 0, 0] });

export const buttonPress: Objects = { objects: [facing] };
export const buttonPressWall: Objects = { objects: [facing, wall(0.6)] };
export const buttonPressTopdown: Objects = { objects: [up] };
export const buttonPressTopdownWall: Objects = { objects: [up, wall(0.7)] };
