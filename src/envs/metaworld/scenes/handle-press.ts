/**
 * A handle that slides up and down in a box, facing the robot or sideways: handle-press, handle-pull.
 *
 * Source: the compiled scenes handle_press and handle_press_sideways of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the original's box is three meshes, with a round shoulder; here each is boxes, and a cylinder for the round.
 *
 * @module
 */
import { GREY, RED, WHITE, YELLOW } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, body, type Frame, inertial, QUARTER, shapes, site, slide } from "./shapes.js";

const yellow = shapes("fixture", YELLOW);
const grey = shapes("fixture", GREY);
const white = shapes("fixture", WHITE);
const red = shapes("fixture", RED);

/** The box on one side of the handle: a lower front, a higher back, and the round between them. */
function shoulder(x: number): readonly string[] {
  const half = 0.0259;
  return [
    yellow.box([half, 0.0477, 0.10985], [x, 0.0623, 0.10985]),
    yellow.box([half, 0.0623, 0.0475], [x, -0.0477, 0.0475]),
    yellow.cylinder(0.1247, half, [x, 0.0146, 0.095], ALONG_X),
  ];
}

const handle = body(
  "handle_link",
  { pos: [0, -0.05, 0.15] },
  slide({ axis: [0, 0, 1], range: [-0.1, 0], damping: 30 }),
  inertial(0.002, [0, -0.1235, 0], [5.76983e-6, 2.136e-6, 7.58317e-6]),
  white.box([0.032, 0.075, 0.011], [0, -0.081, 0]),
  red.cylinder(0.022, 0.07, [0, -0.166, 0], ALONG_X),
  site("handleStart", [0, -0.166, 0.022]),
  site("handleRight", [0.05, -0.166, 0.014]),
  site("handleCenter", [0, -0.12, 0]),
);

function box(frame: Frame): string {
  return body(
    "box",
    frame,
    site("goalPress", [0, -0.216, 0.075]),
    site("goalPull", [0, -0.216, 0.172]),
    body(
      "hdlprs",
      {},
      ...shoulder(0.0604),
      ...shoulder(-0.0606),
      grey.box([0.03485, 0.0823, 0.09935], [-0.00015, 0.0277, 0.09935]),
      grey.box([0.03485, 0.05985, 0.1085], [-0.00015, 0.05015, 0.1085]),
      grey.box([0.035, 0.028, 0.014], [0, -0.082, 0.014]),
      handle,
    ),
  );
}

export const handlePress: Objects = { objects: [box({ pos: [0, 0.88, 0] })] };
export const handlePressSideways: Objects = {
  objects: [box({ pos: [-0.4, 0.6, 0], euler: [0, 0, QUARTER] })],
};
