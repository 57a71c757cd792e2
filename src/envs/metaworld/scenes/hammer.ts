/**
 * A hammer, and a nail in a block.
 *
 * Source: the compiled scene hammer of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { DARK_WOOD, GREY, ORANGE, STEEL } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, free, inertial, marker, shapes, site, slide } from "./shapes.js";

const wood = shapes("hard", DARK_WOOD);
const handle = shapes("hard", ORANGE);
const iron = shapes("hard", GREY);
const steel = shapes("hard", STEEL);

const hammering = body(
  "hammerbody",
  { pos: [0, 0.6, 0.02] },
  free(),
  body(
    "hammer",
    {},
    inertial(1.1, [0.145455, 0, 0], [0.00240685, 0.00367168, 0.00551808, 0, -6.24283e-7, -1.35694e-7]),
    marker("HammerHandle", ALONG_X),
    marker("HammerHead", { pos: [0.16, 0, 0], ...ALONG_X }),
    handle.capsule(0.02, 0.14, [0, 0, 0], ALONG_X),
    iron.cylinder(0.026, 0.025, [0.16, 0, 0], ALONG_X),
    iron.cylinder(0.02, 0.015, [0.16, 0.026, 0], ALONG_Y),
    iron.cylinder(0.038, 0.016, [0.16, 0.056, 0], ALONG_Y),
    iron.cylinder(0.038, 0.016, [0.16, -0.056, 0], ALONG_Y),
    iron.cylinder(0.02, 0.015, [0.16, -0.026, 0], ALONG_Y),
  ),
);

const nail = body(
  "nail_link",
  { pos: [0, -0.21, 0.11] },
  slide({ name: "NailSlideJoint", axis: [0, 1, 0], range: [0, 0.1], damping: 2 }),
  inertial(0.0885929, [0, 0.0242553, 0], [0.00012937, 2.47872e-5, 0.00012937, 0, 0, 2.72499e-8]),
  steel.cylinder(0.01, 0.06, [0, 0.057, 0], ALONG_Y),
  steel.cylinder(0.03, 0.009, [0, 0, 0], ALONG_Y),
);

const block = body(
  "box",
  { pos: [0.24, 0.85, 0] },
  site("nailHead", [0, -0.215, 0.11]),
  site("goal", [0, -0.11, 0.11]),
  body(
    "hammerblock",
    {},
    wood.box([0.1, 0.1, 0.048], [0, 0, 0.172]),
    wood.box([0.042, 0.1, 0.014], [0.058, 0, 0.11]),
    wood.box([0.042, 0.1, 0.014], [-0.058, 0, 0.11]),
    wood.box([0.1, 0.1, 0.048], [0, 0, 0.048]),
    nail,
  ),
);

export const hammer: Objects = { objects: [hammering, block] };
