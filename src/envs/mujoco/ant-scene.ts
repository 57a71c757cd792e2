/**
 * An ant: a ball on four legs, each with a hip that turns about the vertical and an ankle.
 *
 * Lengths in metres, angles in degrees, torques in newton metres.
 *
 * Source: the physics of Gymnasium 1.4.0, envs/mujoco/assets/ant.xml, which PEARL's is, too; MAML's is rllab's
 *   (cbfinn/maml_rl@9c8e2eb, vendor/mujoco_models/ant.xml), with longer time steps and softer contacts
 * Differs: no textures; bodies that have no name there are named; contacts by listed pairs
 *   (`locomotion-ground.ts`), which are the same; rllab's controls of ±150 are
 *   written as controls of ±1 with a gear of 150.
 *
 * @module
 */
import { floor, ONLY_PAIRS, options, type Surface, touchesFloor } from "./locomotion-ground.js";
import { element } from "./mjcf.js";

/** Signs of x and y where the leg stands, and what its parts are called. */
interface Leg {
  readonly body: string;
  readonly number: 1 | 2 | 3 | 4;
  readonly x: 1 | -1;
  readonly y: 1 | -1;
}

/** In the order of bodies and joints. */
const LEGS: readonly Leg[] = [
  { body: "front_left_leg", number: 1, x: 1, y: 1 },
  { body: "front_right_leg", number: 2, x: -1, y: 1 },
  { body: "back_leg", number: 3, x: -1, y: -1 },
  { body: "right_back_leg", number: 4, x: 1, y: -1 },
];

/** The parts of a leg, from the trunk on. */
const PARTS = ["aux", "hip", "ankle"] as const;

/** Numbers of the legs, in the order of actions: hip and ankle of each. */
const ACTUATED = [4, 1, 2, 3] as const;

/** Which ant: Gymnasium's, or that of rllab. */
export type AntModel = "gymnasium" | "rllab";

/** Seconds of a time step. */
export const ANT_TIMESTEP: Readonly<Record<AntModel, number>> = { gymnasium: 0.01, rllab: 0.02 };

const GYMNASIUM_SURFACE: Surface = {
  friction: [1, 0.5, 0.5],
  solref: [0.02, 1],
  solimp: [0.9, 0.95, 0.001],
  margin: 0.02,
};
const SURFACE: Readonly<Record<AntModel, Surface>> = {
  gymnasium: GYMNASIUM_SURFACE,
  rllab: { ...GYMNASIUM_SURFACE, solimp: [0.8, 0.8, 0.01] },
};

/** The scene as MJCF. */
export function antScene(model: AntModel): string {
  return element(
    "mujoco",
    { model: "ant" },
    element("compiler", { angle: "degree" }),
    options({ timestep: ANT_TIMESTEP[model], integrator: "RK4" }),
    element(
      "default",
      {},
      element("joint", { limited: true, armature: 1, damping: 1 }),
      element("geom", {
        ...ONLY_PAIRS,
        density: 5,
        rgba: [0.8, 0.6, 0.4, 1],
      }),
      element("motor", { ctrllimited: true, ctrlrange: [-1, 1], gear: 150 }),
    ),
    element("worldbody", {}, floor, torso),
    touchesFloor(
      ["torso", ...LEGS.flatMap(({ number }) => PARTS.map((part) => `${part}_${number}`))],
      SURFACE[model],
    ),
    element(
      "actuator",
      {},
      ...ACTUATED.flatMap((number) => [motor(`hip_${number}`), motor(`ankle_${number}`)]),
    ),
  );
}

const torso = element(
  "body",
  { name: "torso", pos: [0, 0, 0.75] },
  element("camera", { name: "track", mode: "trackcom", pos: [0, -3, 0.3], xyaxes: [1, 0, 0, 0, 0, 1] }),
  element("geom", { name: "torso", type: "sphere", size: 0.25 }),
  element("joint", { name: "root", type: "free", limited: false, armature: 0, damping: 0, margin: 0.01 }),
  ...LEGS.map(leg),
);

function leg({ body, number, x, y }: Leg): string {
  const rod = (name: string, reach: number) =>
    element("geom", { name, type: "capsule", fromto: [0, 0, 0, reach * x, reach * y, 0], size: 0.08 });
  const pos = [0.2 * x, 0.2 * y, 0];
  return element(
    "body",
    { name: body },
    rod(`aux_${number}`, 0.2),
    element(
      "body",
      { name: `hip_${number}`, pos },
      element("joint", { name: `hip_${number}`, type: "hinge", axis: [0, 0, 1], range: [-30, 30] }),
      rod(`hip_${number}`, 0.2),
      element(
        "body",
        { name: `ankle_${number}`, pos },
        element("joint", {
          name: `ankle_${number}`,
          type: "hinge",
          axis: [-x * y, 1, 0],
          range: x === 1 ? [30, 70] : [-70, -30],
        }),
        rod(`ankle_${number}`, 0.4),
      ),
    ),
  );
}

function motor(joint: string): string {
  return element("motor", { name: joint, joint });
}
