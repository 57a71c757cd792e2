/**
 * A safe's door: one that opens, and one that stays shut and has a lock.
 *
 * Source: the compiled scenes door_pull and door_lock of Farama-Foundation/Metaworld@7ea2b50
 *
 * @module
 */
import { GOAL, GREY, RED, STEEL, WHITE } from "./colours.js";
import type { Objects } from "./scene.js";
import { ALONG_X, ALONG_Y, body, hinge, inertial, marker, shapes, site } from "./shapes.js";

const grey = shapes("hard", GREY);
const white = shapes("hard", WHITE);
const steel = shapes("hard", STEEL);
const red = shapes("hard", RED);

/** Four walls and the back. */
const SAFE = [
  grey.box([0.016, 0.106, 0.15], [-0.204, 0, 0]),
  grey.box([0.016, 0.106, 0.15], [0.204, 0, 0]),
  grey.box([0.188, 0.106, 0.012], [0, 0, 0.138]),
  grey.box([0.189, 0.106, 0.012], [0, 0, -0.138]),
  grey.box([0.188, 0.012, 0.126], [0, 0.094, 0]),
];

const openingDoor = body(
  "door_link",
  { pos: [-0.185, -0.1, 0] },
  hinge({ name: "doorjoint", axis: [0, 0, 1], range: [-2, 0], damping: 2 }),
  inertial(
    2.22982,
    [0.223702, -0.0204281, 0],
    [0.0134394, 0.0418685, 0.037338, 0.00726511, -3.61803e-7, 2.06179e-8],
  ),
  marker("handle", {
    pos: [0.375722, -0.10714, 3.59487e-5],
    quat: [0.151171, 0.690759, -0.150621, 0.690879],
  }),
  steel.cylinder(0.028, 0.012, [0.325, -0.006, 0], ALONG_Y),
  steel.cylinder(0.013, 0.047, [0.325, -0.065, 0], ALONG_Y),
  steel.cylinder(0.019, 0.075, [0.381, -0.12, 0], ALONG_X),
  red.cylinder(0.023, 0.054, [0.395, -0.12, 0], ALONG_X),
  white.box([0.18, 0.01, 0.123], [0.185, 0, 0]),
);

export const doorPull: Objects = {
  objects: [
    body("door", { pos: [0, 0.9, 0.15] }, body("doorlockB", {}, ...SAFE, openingDoor)),
    site("goal", [-0.49, 0.46, 0.15], { rgba: GOAL, size: 0.02 }),
  ],
};

const lock = body(
  "lock_link",
  { pos: [0.185, -0.018, 0.061] },
  hinge({ axis: [0, 1, 0], range: [0, 1.57], damping: 2 }),
  inertial(0.001, [0.042, -0.024, 0], [1.53667e-7, 8.66667e-7, 9.53667e-7]),
  red.box([0.05, 0.019, 0.01], [0.042, -0.024, 0]),
  site("lockStartLock", [0.09, -0.04, 0.01]),
  site("lockStartUnlock", [0.09, -0.04, -0.01]),
);

const lockedDoor = body(
  "door_link",
  { pos: [-0.185, -0.1, 0] },
  grey.box([0.047, 0.013, 0.047], [0.185, -0.009, 0.061]),
  steel.box([0.028, 0.012, 0.028], [0.325, -0.006, -0.05]),
  steel.box([0.013, 0.013, 0.047], [0.325, -0.065, -0.05], ALONG_Y),
  steel.box([0.019, 0.019, 0.075], [0.381, -0.12, -0.05], ALONG_X),
  steel.box([0.023, 0.023, 0.054], [0.395, -0.12, -0.05], ALONG_X),
  white.box([0.184, 0.01, 0.124], [0.185, 0, 0]),
  lock,
);

export const doorLock: Objects = {
  objects: [
    body("door", { pos: [0, 0.9, 0.15] }, body("doorlockA", {}, ...SAFE, lockedDoor)),
    site("goal_lock", [0, 0.74, 0.12], { rgba: GOAL, size: 0.01 }),
    site("goal_unlock", [0.09, 0.74, 0.211], { rgba: GOAL, size: 0.01 }),
  ],
};
