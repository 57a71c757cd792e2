/**
 * A faucet whose handle turns either way.
 *
 * Source: the compiled scene faucet of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, RED, STEEL } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_Y, body, hinge, inertial, shapes, site } from "./shapes.js";

const steel = shapes("hard", STEEL);
const red = shapes("hard", RED);

const handle = body(
  "faucet_link2",
  { pos: [0, 0, 0.124] },
  hinge({ name: "knob_Joint_1", axis: [0, 0, 1], range: [-1.57, 1.57], damping: 2 }),
  inertial(0.268131, [0, -0.05745, 0.001], [0.00113758, 6.82778e-5, 0.00115337, 0, 0, 1.37192e-7]),
  steel.cylinder(0.012, 0.021, [0, -0.05, 0.001], ALONG_Y),
  red.capsule(0.017, 0.055, [0, -0.12, 0.001], ALONG_Y),
  steel.cylinder(0.032, 0.02, [0, 0, 0.001]),
  site("handleStartClose", [0.015, -0.175, 0]),
  site("handleStartOpen", [-0.015, -0.175, 0]),
);

const stand = body(
  "faucet_link",
  {},
  steel.cylinder(0.046, 0.009, [0, 0, 0.009]),
  steel.cylinder(0.017, 0.044, [0, 0, 0.061]),
  handle,
);

export const faucet: Objects = {
  objects: [
    body("faucetBase", { pos: [0, 0.8, 0] }, stand),
    site("goal_open", [0.175, 0.785, 0.125], { rgba: GOAL }),
    site("goal_close", [-0.175, 0.785, 0.125], { rgba: GOAL }),
  ],
};
