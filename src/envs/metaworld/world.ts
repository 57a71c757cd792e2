/**
 * What a task sees of its scene, and what it may move there before an episode.
 *
 * @module
 */
import type { Kind } from "../mujoco/scene.js";
import type { Simulation } from "../mujoco/simulation.js";
import { midpoint, type Vec3, vec3, ZERO } from "./vec3.js";

/** A quaternion in the order that whoever gives it says. */
export type Quat = readonly [number, number, number, number];

/** Fingers down: the rotation that the hand is held in, w, x, y, z; its length does not matter. */
export const HAND_DOWN = [1, 0, 1, 0] as const;

/** Where the free joint of a task's object begins in `qpos`: after 7 joints of the arm and 2 of the fingers. */
const OBJECT_QPOS = 9;
/** The velocities that placing an object stops. */
const OBJECT_QVEL = [9, 15] as const;

export class World {
  readonly simulation: Simulation;
  /** Midpoint of the fingertips right after the hand was brought to its start, before the scene was arranged. */
  tcpStart: Vec3 = ZERO;
  /** As the last observation says, within its bounds. */
  hand: Vec3 = ZERO;
  /** Gap between the fingers: 0 closed, 1 open. */
  gripper = 0;
  object: Vec3 = ZERO;
  object2: Vec3 = ZERO;
  /** The last action's fourth number, as it came, in float32: 1 closes, −1 opens. */
  effort = 0;
  readonly #ids: Record<Kind, Map<string, number>>;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    const none = () => new Map<string, number>();
    this.#ids = {
      body: none(),
      joint: none(),
      geom: none(),
      site: none(),
      actuator: none(),
      camera: none(),
    };
  }

  /** World positions, by name. */
  body(name: string): Vec3 {
    return vec3(this.simulation.bodyPos, 3 * this.#id("body", name));
  }

  geom(name: string): Vec3 {
    return vec3(this.simulation.geomPos, 3 * this.#id("geom", name));
  }

  site(name: string): Vec3 {
    return vec3(this.simulation.sitePos, 3 * this.#id("site", name));
  }

  /** World rotation of a body: w, x, y, z. */
  bodyQuat(name: string): Quat {
    const at = 4 * this.#id("body", name);
    const q = this.simulation.bodyQuat;
    return [q[at]!, q[at + 1]!, q[at + 2]!, q[at + 3]!];
  }

  /** World rotations from matrices: x, y, z, w, as SciPy finds them. */
  bodyRotation(name: string): Quat {
    return rotation(this.simulation.bodyMat, 9 * this.#id("body", name));
  }

  geomRotation(name: string): Quat {
    return rotation(this.simulation.geomMat, 9 * this.#id("geom", name));
  }

  siteRotation(name: string): Quat {
    return rotation(this.simulation.siteMat, 9 * this.#id("site", name));
  }

  /** Position of a hinge or slide joint, in radians or metres. */
  joint(name: string): number {
    return this.simulation.qpos[this.#qposOf(name)]!;
  }

  /** Midpoint of the fingertips. */
  get tcp(): Vec3 {
    return midpoint(this.site("rightEndEffector"), this.site("leftEndEffector"));
  }

  /** The tip of the left finger, by which some of the first rewards go. */
  get leftFinger(): Vec3 {
    return this.site("leftEndEffector");
  }

  get leftPad(): Vec3 {
    return this.body("leftpad");
  }

  get rightPad(): Vec3 {
    return this.body("rightpad");
  }

  /** Whether both pads press on a geom. */
  touching(geom: string): boolean {
    const object = this.#id("geom", geom);
    const pads = [this.#id("geom", "leftpad_geom"), this.#id("geom", "rightpad_geom")];
    return this.simulation.contactForces(object, pads).every((force) => force > 0);
  }

  /** Moves a body in its parent's frame; seen after the next `forward` or `step`. */
  placeBody(name: string, position: ArrayLike<number>, quaternion?: ArrayLike<number>): void {
    this.simulation.place("body", name, position, quaternion);
  }

  placeSite(name: string, position: ArrayLike<number>): void {
    this.simulation.place("site", name, position);
  }

  /** Where a body stands in its parent's frame. */
  placeOfBody(name: string): Vec3 {
    return this.simulation.placeOf("body", name);
  }

  /** Puts the free object somewhere, at rest, and computes what follows. */
  placeObject(position: ArrayLike<number>, qpos = OBJECT_QPOS): void {
    this.simulation.qpos.set(Array.from(position), qpos);
    this.simulation.qvel.fill(0, ...OBJECT_QVEL);
    this.simulation.forward();
  }

  /** Sets the object's hinge or slide joint, which has no name in some scenes, at rest, and computes what follows. */
  placeJoint(value: number): void {
    this.simulation.qpos[OBJECT_QPOS] = value;
    this.simulation.qvel[OBJECT_QVEL[0]] = 0;
    this.simulation.forward();
  }

  /** Sets a hinge or slide joint, at rest; seen after the next `forward` or `step`. */
  setJoint(name: string, value: number): void {
    const joint = this.#id("joint", name);
    const { jnt_dofadr } = this.simulation.scene.model as unknown as { jnt_dofadr: Int32Array };
    this.shiftJoint(name, value);
    this.simulation.qvel[jnt_dofadr[joint]!] = 0;
  }

  /** Sets a hinge or slide joint, which goes on as fast as it was; seen after the next `forward` or `step`. */
  shiftJoint(name: string, value: number): void {
    this.simulation.qpos[this.#qposOf(name)] = value;
  }

  #qposOf(name: string): number {
    const { jnt_qposadr } = this.simulation.scene.model as unknown as { jnt_qposadr: Int32Array };
    return jnt_qposadr[this.#id("joint", name)]!;
  }

  #id(kind: Kind, name: string): number {
    const ids = this.#ids[kind];
    let id = ids.get(name);
    if (id === undefined) {
      id = this.simulation.scene.id(kind, name);
      ids.set(name, id);
    }
    return id;
  }
}

/** The quaternion x, y, z, w of a rotation matrix, by its largest component; of ±q the one that SciPy returns. */
function rotation(m: Float64Array, at: number): Quat {
  const e = (row: number, column: number) => m[at + 3 * row + column]!;
  const trace = e(0, 0) + e(1, 1) + e(2, 2);
  const q = [0, 0, 0, 0];
  const choices = [e(0, 0), e(1, 1), e(2, 2), trace];
  const i = choices.indexOf(Math.max(...choices));
  if (i === 3) {
    q[0] = e(2, 1) - e(1, 2);
    q[1] = e(0, 2) - e(2, 0);
    q[2] = e(1, 0) - e(0, 1);
    q[3] = 1 + trace;
  } else {
    const [j, k] = [(i + 1) % 3, (i + 2) % 3];
    q[i] = 1 - trace + 2 * e(i, i);
    q[j] = e(j, i) + e(i, j);
    q[k] = e(k, i) + e(i, k);
    q[3] = e(k, j) - e(j, k);
  }
  const length = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
  return q.map((x) => x / length) as unknown as Quat;
}
