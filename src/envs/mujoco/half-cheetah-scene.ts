/**
 * Half a cheetah: a trunk with a head, a hind leg and a fore leg, in the plane of x and z.
 *
 * Lengths in metres, angles in radians, torques in newton metres. All turns are about y.
 *
 * Source: the physics of Gymnasium 1.4.0, envs/mujoco/assets/half_cheetah.xml; rllab's (MAML) and gym's (PEARL) are
 *   the same
 * Differs: no textures; contacts by listed pairs (`locomotion-ground.ts`), which are the same.
 *
 * @module
 */
import { floor, ONLY_PAIRS, options, type Surface, touchesFloor } from "./locomotion-ground.js";
import { element } from "./mjcf.js";

type Vec3 = readonly [x: number, y: number, z: number];

/** Part of a leg: a capsule that hangs on the part before by a hinge with a spring. */
interface Segment {
  readonly name: string;
  /** The hinge, in the frame of the part before. */
  readonly pos: Vec3;
  readonly range: readonly [low: number, high: number];
  readonly damping: number;
  readonly stiffness: number;
  /** Torque of an action of 1. */
  readonly gear: number;
  readonly capsule: { readonly pos: Vec3; readonly turn: number; readonly half: number };
}

const HIND: readonly Segment[] = [
  {
    name: "bthigh",
    pos: [-0.5, 0, 0],
    range: [-0.52, 1.05],
    damping: 6,
    stiffness: 240,
    gear: 120,
    capsule: { pos: [0.1, 0, -0.13], turn: -3.8, half: 0.145 },
  },
  {
    name: "bshin",
    pos: [0.16, 0, -0.25],
    range: [-0.785, 0.785],
    damping: 4.5,
    stiffness: 180,
    gear: 90,
    capsule: { pos: [-0.14, 0, -0.07], turn: -2.03, half: 0.15 },
  },
  {
    name: "bfoot",
    pos: [-0.28, 0, -0.14],
    range: [-0.4, 0.785],
    damping: 3,
    stiffness: 120,
    gear: 60,
    capsule: { pos: [0.03, 0, -0.097], turn: -0.27, half: 0.094 },
  },
];

const FORE: readonly Segment[] = [
  {
    name: "fthigh",
    pos: [0.5, 0, 0],
    range: [-1, 0.7],
    damping: 4.5,
    stiffness: 180,
    gear: 120,
    capsule: { pos: [-0.07, 0, -0.12], turn: 0.52, half: 0.133 },
  },
  {
    name: "fshin",
    pos: [-0.14, 0, -0.24],
    range: [-1.2, 0.87],
    damping: 3,
    stiffness: 120,
    gear: 60,
    capsule: { pos: [0.065, 0, -0.09], turn: -0.6, half: 0.106 },
  },
  {
    name: "ffoot",
    pos: [0.13, 0, -0.18],
    range: [-0.5, 0.5],
    damping: 1.5,
    stiffness: 60,
    gear: 30,
    capsule: { pos: [0.045, 0, -0.07], turn: -0.6, half: 0.07 },
  },
];

const SURFACE: Surface = { friction: [0.4, 0.1, 0.1], solref: [0.02, 1], solimp: [0, 0.8, 0.01], margin: 0 };
const RADIUS = 0.046;
const ABOUT_Y = [0, 1, 0] as const;
const FUR = [0.8, 0.6, 0.4, 1] as const;
const PAW = [0.9, 0.6, 0.6, 1] as const;

/** Seconds of a time step. */
export const HALF_CHEETAH_TIMESTEP = 0.01;

/** The scene as MJCF. */
export function halfCheetahScene(): string {
  return element(
    "mujoco",
    { model: "half-cheetah" },
    element("compiler", { angle: "radian", settotalmass: 14 }),
    options({ timestep: HALF_CHEETAH_TIMESTEP, gravity: [0, 0, -9.81] }),
    defaults,
    element("worldbody", {}, floor, trunk()),
    touchesFloor(["torso", "head", ...[...HIND, ...FORE].map(({ name }) => name)], SURFACE),
    element("actuator", {}, ...[...HIND, ...FORE].map(motor)),
  );
}

const defaults = element(
  "default",
  {},
  element("joint", {
    limited: true,
    armature: 0.1,
    damping: 0.01,
    stiffness: 8,
    solreflimit: [0.02, 1],
    solimplimit: [0, 0.8, 0.03],
  }),
  element("geom", {
    ...ONLY_PAIRS,
    rgba: FUR,
  }),
  element("motor", { ctrllimited: true, ctrlrange: [-1, 1] }),
);

function trunk(): string {
  const own = { armature: 0, damping: 0, stiffness: 0, limited: false };
  return element(
    "body",
    { name: "torso", pos: [0, 0, 0.7] },
    element("camera", { name: "track", mode: "trackcom", pos: [0, -3, 0.3], xyaxes: [1, 0, 0, 0, 0, 1] }),
    element("joint", { name: "rootx", type: "slide", axis: [1, 0, 0], ...own }),
    element("joint", { name: "rootz", type: "slide", axis: [0, 0, 1], ...own }),
    element("joint", { name: "rooty", type: "hinge", axis: ABOUT_Y, ...own }),
    element("geom", { name: "torso", type: "capsule", fromto: [-0.5, 0, 0, 0.5, 0, 0], size: RADIUS }),
    element("geom", {
      name: "head",
      type: "capsule",
      pos: [0.6, 0, 0.1],
      axisangle: [...ABOUT_Y, 0.87],
      size: [RADIUS, 0.15],
    }),
    leg(HIND),
    leg(FORE),
  );
}

function leg([segment, ...rest]: readonly Segment[]): string {
  if (!segment) return "";
  const { name, pos, range, damping, stiffness, capsule } = segment;
  return element(
    "body",
    { name, pos },
    element("joint", { name, type: "hinge", axis: ABOUT_Y, range, damping, stiffness }),
    element("geom", {
      name,
      type: "capsule",
      pos: capsule.pos,
      axisangle: [...ABOUT_Y, capsule.turn],
      size: [RADIUS, capsule.half],
      rgba: name.endsWith("thigh") ? FUR : PAW,
    }),
    leg(rest),
  );
}

function motor({ name, gear }: Segment): string {
  return element("motor", { name, joint: name, gear });
}
