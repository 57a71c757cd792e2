/**
 * Sawyer: an arm of seven hinges on a pedestal, and a hand of two fingers that slide. The hand hangs on a `mocap` body,
 * which steps move, by a weld.
 *
 * Masses, inertias, axes, ranges and damping are the original's; so are the shapes of hand and fingers. The arm's
 * links touch nothing, here as there: the rods that show them are pictures.
 *
 * Source: the compiled scenes of Farama-Foundation/Metaworld@7ea2b50
 * Differs: the hand's base, a rounded mesh in the original, is the cylinder nearest to its convex hull as seen from
 * below and from the sides (1.7 mm r.m.s.). Link 6 has no shape: the original's can touch nothing that is in a scene.
 * What hangs on the arm and weighs nothing, or 0.1 g, is left out, and so are the weights of what stands.
 *
 * @module
 */
import { element } from "../../mujoco/mjcf.js";
import { CHARCOAL, GREY, RED, WHITE } from "./colours.js";
import { ALONG_Y, body, hinge, inertial, shapes, site, slide } from "./shapes.js";

const link = shapes("picture", WHITE);
const joint = shapes("picture", RED);
const dark = shapes("picture", CHARCOAL);
const grey = shapes("picture", GREY);
const palm = shapes("soft", CHARCOAL);

/** Quarter turns about x and back, by which links 2 to 5 follow each other. */
const OVER = [Math.SQRT1_2, Math.SQRT1_2, 0, 0] as const;
const BACK = [Math.SQRT1_2, -Math.SQRT1_2, 0, 0] as const;

/** The camera that looks along the hand, and the one on it. */
const HAND_CAMERAS = [
  element("camera", {
    name: "behindGripper",
    mode: "track",
    pos: [0, 0, -0.5],
    quat: [0, 1, 0, 0],
    fovy: 60,
  }),
  element("camera", {
    name: "gripperPOV",
    mode: "track",
    pos: [0.04, -0.06, 0],
    quat: [-1, -1.3, 0, 0],
    fovy: 90,
  }),
];

const rightFinger = finger("right", "r_close", -1, [0, 0.04]);
const leftFinger = finger("left", "l_close", 1, [-0.03, 0]);

/** A finger at y = ±0.05 m of the hand, with its pad on the inside. */
function finger(name: string, jointName: string, side: number, range: readonly [number, number]): string {
  const half = [0.045, 0.003, 0.015] as const;
  return body(
    `${name}claw`,
    { pos: [0, 0.05 * side, 0] },
    inertial(0.0162, [0, 0, 0], [1.2636e-6, 1.215e-5, 1.09836e-5]),
    // as heavy as 100 kg, and damped as strongly: fingers are slow, whatever they hold
    slide({ name: jointName, axis: [0, 1, 0], range, damping: 1000, armature: 100 }),
    shapes("claw", CHARCOAL).box(half, [0, 0, 0], { name: `${name}claw_it`, mass: 0 }),
    site(`${name}EndEffector`, [0.045, 0, 0]),
    body(
      `${name}pad`,
      { pos: [0, -0.003 * side, 0] },
      shapes("pad", GREY).box(half, [0, 0, 0], { name: `${name}pad_geom`, mass: 0 }),
    ),
  );
}

const hand = body(
  "hand",
  { pos: [0, 0, 0.12], quat: [-Math.SQRT1_2, 0, Math.SQRT1_2, 0] },
  dark.box([0.005, 0.055, 0.005], [-0.05, 0, 0], { name: "rail" }),
  site("endEffector", [0.04, 0, 0]),
  ...HAND_CAMERAS,
  rightFinger,
  leftFinger,
);

const link6 = body(
  "right_l6",
  { pos: [0, -0.11, 0.1053], quat: [0.0616248, 0.06163, -0.704416, 0.704416] },
  inertial(
    0.3292,
    [-8.0726e-6, 0.0085838, -0.0049566],
    [0.00031105, 0.00021549, 0.00035976, 1.47707e-6, -3.70737e-7, -8.45324e-6],
  ),
  turning("right_j6", 4.7124),
  dark.cylinder(0.04, 0.02, [0, 0, 0]),
  body(
    "right_hand",
    { pos: [0, 0, 0.0245], quat: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
    palm.cylinder(0.0288, 0.0461, [0.0036, 0, 0.0519], { ...ALONG_Y, mass: 0 }),
    hand,
  ),
);

const link5 = body(
  "right_l5",
  { pos: [0, 0.031, 0.275], quat: BACK },
  inertial(
    1.5625,
    [0.0061133, -0.023697, 0.076416],
    [0.0047328, 0.0029676, 0.0031762, 0.00011526, 4.62691e-5, -0.0011557],
  ),
  turning("right_j5", 2.9761),
  joint.cylinder(0.052, 0.05, [0, 0, 0]),
  link.rod(0.045, [0, 0, 0.1]),
  link.rod(0.045, [0, -0.11, 0.1053], [0, 0, 0.1]),
  link6,
);

const link4 = body(
  "right_l4",
  { pos: [0, -0.125, -0.1265], quat: OVER },
  inertial(
    1.1136,
    [-0.0018844, 0.0069001, 0.1341],
    [0.013557, 0.013555, 0.0013658, 1.81149e-5, 0.000135231, 0.0010561],
  ),
  turning("right_j4", 2.9761),
  link.rod(0.045, [0, 0, 0.24]),
  link5,
);

const link3 = body(
  "right_l3",
  { pos: [0, -0.042, 0.26], quat: BACK },
  inertial(
    2.5097,
    [-0.0048135, -0.0281, -0.084154],
    [0.01016, 0.0065685, 0.0069078, -9.74018e-6, 0.000266245, 0.0030316],
  ),
  turning("right_j3", 3.0439),
  joint.cylinder(0.058, 0.055, [0, 0, 0]),
  link.rod(0.05, [0, 0, -0.12]),
  link.rod(0.05, [0, -0.1, -0.1265], [0, 0, -0.12]),
  site("armsite", [0, 0, 0]),
  link4,
);

const link2 = body(
  "right_l2",
  { pos: [0, -0.14, 0.1425], quat: OVER },
  inertial(
    1.745,
    [-0.00016044, -0.014967, 0.13582],
    [0.025506, 0.0253, 0.0034179, 4.41007e-6, 1.49521e-5, -0.00332041],
  ),
  turning("right_j2", 3.0426),
  link.rod(0.05, [0, 0, 0.23]),
  link3,
);

const link1 = body(
  "right_l1",
  { pos: [0.081, 0.05, 0.237], quat: [0.5, -0.5, 0.5, 0.5] },
  inertial(
    4.505,
    [-0.0030849, -0.026811, 0.092521],
    [0.022398, 0.014613, 0.017295, -0.000239862, -0.000293624, -0.0060875],
  ),
  hinge({ name: "right_j1", axis: [0, 0, 1], range: [-3.8, -0.5], damping: 10 }),
  joint.cylinder(0.066, 0.06, [0, 0, 0]),
  link.rod(0.058, [0, 0, 0.13]),
  link.rod(0.058, [0, -0.12, 0.1425], [0, 0, 0.13]),
  link2,
);

const head = body(
  "head",
  { pos: [0, 0, 0.2965] },
  inertial(
    1.5795,
    [0.0053207, -2.6549e-5, 0.1021],
    [0.011833, 0.0082709, 0.0049661, -4.46695e-6, 4.94259e-5, 4.21239e-7],
  ),
  dark.box([0.012, 0.11, 0.07], [0.045, 0, 0.105]),
  grey.rod(0.03, [0.03, 0, 0.105]),
  site("headsite", [0.0228027, 0, 0.216572], { quat: [0.342813, -0.618449, 0.618449, -0.342813] }),
);

const link0 = body(
  "right_l0",
  { pos: [0, 0, 0.08] },
  inertial(
    5.3213,
    [0.024366, 0.010969, 0.14363],
    [0.053314, 0.057902, 0.023659, 0.00470929, 0.011734, 0.00801793],
  ),
  turning("right_j0", 3.0503),
  link.rod(0.07, [0, 0, 0.237]),
  link.rod(0.06, [0.07, 0.03, 0.237], [0, 0, 0.237]),
  head,
  link1,
);

const arm = body(
  "base",
  {},
  site("basesite", [0, 0, 0]),
  grey.cylinder(0.13, 0.44, [0, 0, -0.46]),
  dark.cylinder(0.26, 0.01, [0, 0, -0.9]),
  body("right_arm_base_link", {}, joint.cylinder(0.1, 0.04, [0, 0, 0.02]), link0),
);

/** A hinge of the arm about its link's z. */
function turning(name: string, range: number): string {
  return hinge({ name, axis: [0, 0, 1], range: [-range, range], damping: 10 });
}

/** The robot's bodies. */
export const robot = [arm, element("body", { name: "mocap", mocap: true }, site("mocap", [0, 0, 0]))];

/** The weld that holds the hand to `mocap`: 5 times as stiff in turning as MuJoCo's own. */
export const weld = element(
  "equality",
  {},
  element("weld", {
    body1: "mocap",
    body2: "hand",
    solref: [0.02, 1],
    anchor: [0, 0, 0],
    relpose: [0, 0, 0, 1, 0, 0, 0],
    torquescale: 5,
  }),
);

/** The motors of the fingers, right and left. Controls are where to, in metres, far beyond what the fingers reach. */
export const actuators = element(
  "actuator",
  {},
  ...["r_close", "l_close"].map((name) =>
    element("position", { joint: name, kp: 400, ctrllimited: true, ctrlrange: [-1, 1] }),
  ),
);
