/**
 * One state of a scene, stepped by MuJoCo.
 *
 * The arrays are MuJoCo's own memory. They are made anew when its heap has grown, by the next method that computes:
 * never keep one across a call.
 *
 * A scene's model is shared. A simulation that puts bodies elsewhere than the scene says keeps their places itself
 * and writes them into the model when it is its turn; so a copy of an environment costs a state, not a model.
 *
 * @module
 */
import type { MjData } from "@mujoco/mujoco";
import { EnvError } from "../../errors.js";
import { deleteNow, deleteWith, type Handle, inMujocoMemory } from "./handles.js";
import type { Scene } from "./scene.js";

export class Simulation {
  readonly scene: Scene;
  readonly data: MjData;
  /** Joint positions `[nq]` and velocities `[nv]`. */
  qpos!: Float64Array;
  qvel!: Float64Array;
  /** Controls `[nu]`. */
  ctrl!: Float64Array;
  /** Places `[nmocap · 3]` and rotations `[nmocap · 4]` of bodies that are moved by hand. */
  mocapPos!: Float64Array;
  mocapQuat!: Float64Array;
  /** World frames of bodies, geoms and sites: positions `[n · 3]`, quaternions w, x, y, z `[n · 4]`, matrices `[n · 9]`. */
  bodyPos!: Float64Array;
  bodyQuat!: Float64Array;
  bodyMat!: Float64Array;
  geomPos!: Float64Array;
  geomMat!: Float64Array;
  sitePos!: Float64Array;
  siteMat!: Float64Array;
  /** Centre of mass of each body with all that hangs on it, and its velocity (see `massVelocities`) `[nbody · 3]`. */
  massCentre!: Float64Array;
  massVelocity!: Float64Array;
  /** Torque and force on each body from outside, zeros before `externalForces` is called `[nbody · 6]`. */
  externalForce!: Float64Array;
  /** Whether nothing but where things are is asked of `forward`. */
  framesOnly = false;
  readonly #stateKind: number;
  readonly #stateSize: number;
  readonly #stateBuffer: Handle & { GetView(): Float64Array };
  readonly #timestep: number;
  #failed = false;
  #forcesAreOld = false;
  readonly #moved = new Map<string, MovedFrame>();

  constructor(scene: Scene) {
    const { mujoco, model } = scene;
    this.scene = scene;
    this.data = inMujocoMemory(scene.name, () => new mujoco.MjData(model));
    this.#stateKind = mujoco.mjtState.mjSTATE_INTEGRATION.value;
    this.#stateSize = mujoco.mj_stateSize(model, this.#stateKind);
    this.#stateBuffer = new mujoco.DoubleBuffer(this.#stateSize);
    deleteWith(this, this.data, this.#stateBuffer);
    this.#timestep = model.opt.timestep;
    this.#bind();
  }

  /** Advances by so many of the scene's time steps. */
  step(count: number): void {
    this.own();
    this.#forcesAreOld = true;
    const { mujoco, model } = this.scene;
    const { data } = this;
    const start = data.time;
    // MuJoCo begins anew, time included, when a state has become infinite; only at the start that does not show
    const atStart = start < this.#timestep;
    const warned = atStart ? this.#badStates() : 0;
    for (let k = 0; k < count; k++) mujoco.mj_step(model, data);
    const isShort = data.time - start < (count - 0.5) * this.#timestep;
    if (isShort || (atStart && this.#badStates() > warned)) this.#failed = true;
  }

  /** Computes all that follows from positions and velocities, without moving; or while `framesOnly`, frames. */
  forward(): void {
    if (this.framesOnly) {
      this.kinematics();
      return;
    }
    this.own();
    this.#forcesAreOld = false;
    this.scene.mujoco.mj_forward(this.scene.model, this.data);
  }

  /** Back to the scene's first state; places given by `place` stay. */
  reset(): void {
    this.own();
    this.scene.mujoco.mj_resetData(this.scene.model, this.data);
    this.#failed = false;
  }

  /** Whether MuJoCo had to give a state up since `reset` or `restore`: it had become infinite, and was set to the first. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Puts a body or site elsewhere in its parent's frame, from the next computation on. */
  place(
    kind: "body" | "site",
    name: string,
    position: ArrayLike<number>,
    quaternion?: ArrayLike<number>,
  ): void {
    const id = this.scene.id(kind, name);
    const key = `${kind} ${id}`;
    this.own();
    const frame = this.#moved.get(key) ?? new MovedFrame(this.scene, kind, id);
    this.#moved.set(key, frame);
    frame.set(position, quaternion);
    frame.write();
  }

  /** What `place` has moved, to be given to `arrange`. */
  get places(): Places {
    return [...this.#moved.values()].map((frame) => frame.place);
  }

  /** Puts bodies and sites where `places` were taken, and all others where the scene says. */
  arrange(places: Places): void {
    this.own();
    for (const frame of this.#moved.values()) frame.undo();
    this.#moved.clear();
    for (const { kind, id, position, quaternion } of places) {
      const frame = new MovedFrame(this.scene, kind, id);
      frame.set(position, quaternion);
      frame.write();
      this.#moved.set(`${kind} ${id}`, frame);
    }
  }

  /**
   * Computes all frames from the positions. Contacts and forces are those of before, until they are asked for.
   *
   * A sixth of the time of `forward`, and what is stepped afterwards is the same, bit for bit.
   */
  kinematics(): void {
    this.own();
    this.#forcesAreOld = true;
    this.scene.mujoco.mj_kinematics(this.scene.model, this.data);
  }

  /** Computes `massVelocity` from what the last computation left: a step leaves it out. */
  massVelocities(): void {
    this.own();
    this.scene.mujoco.mj_subtreeVel(this.scene.model, this.data);
  }

  /** Computes `externalForce` from what the last computation left: a step leaves it out. */
  externalForces(): void {
    this.own();
    this.scene.mujoco.mj_rnePostConstraint(this.scene.model, this.data);
  }

  /** Where `place` has put a body or site, or where the scene says. */
  placeOf(kind: "body" | "site", name: string): readonly [number, number, number] {
    this.own();
    const id = this.scene.id(kind, name);
    const { body_pos, site_pos } = this.scene.model as unknown as Record<string, Float64Array>;
    const all = kind === "body" ? body_pos! : site_pos!;
    return [all[3 * id]!, all[3 * id + 1]!, all[3 * id + 2]!];
  }

  /** Sums of the forces, in newtons, with which a geom and each of others press on each other; 0 without contact. */
  contactForces(geom: number, others: readonly number[]): number[] {
    const sums = others.map(() => 0);
    if (!others.some((other) => this.#mayTouch(geom, other))) return sums;
    if (this.#forcesAreOld) this.forward();
    if (this.data.ncon === 0) return sums;
    const forces = this.data.efc_force as Float64Array;
    const contacts = this.data.contact; // a copy of all, to be freed
    for (let i = 0; i < contacts.size(); i++) {
      const contact = contacts.get(i)!;
      const { geom1, geom2 } = contact;
      const k = geom1 === geom ? others.indexOf(geom2) : geom2 === geom ? others.indexOf(geom1) : -1;
      if (k >= 0) sums[k] = sums[k]! + (forces[contact.efc_address] ?? 0);
      contact.delete();
    }
    contacts.delete();
    return sums;
  }

  /**
   * Whether geoms of their kinds touch at all, and their bounding spheres do: as MuJoCo itself asks before it looks
   * closer. Contacts cost 15 to 40 µs to read.
   */
  #mayTouch(geom: number, other: number): boolean {
    const { kind, affinity, radius, margin, pairs } = this.scene.colliders;
    if (pairs) return true;
    if (((kind[geom]! & affinity[other]!) | (kind[other]! & affinity[geom]!)) === 0) return false;
    if (radius[geom] === 0 || radius[other] === 0) return true;
    const most = radius[geom]! + radius[other]! + margin[geom]! + margin[other]!;
    const dx = this.geomPos[3 * geom]! - this.geomPos[3 * other]!;
    const dy = this.geomPos[3 * geom + 1]! - this.geomPos[3 * other + 1]!;
    const dz = this.geomPos[3 * geom + 2]! - this.geomPos[3 * other + 2]!;
    return dx * dx + dy * dy + dz * dz <= most * most;
  }

  /** Copies all that the future depends on, but for places: positions, velocities, controls, the solver's start. */
  save(): Float64Array {
    const { mujoco, model } = this.scene;
    mujoco.mj_getState(model, this.data, this.#stateBuffer, this.#stateKind);
    return this.#stateBuffer.GetView().slice();
  }

  /** Goes on where `save` was called, bit for bit. Frames are those of before until something is computed. */
  restore(state: Float64Array): void {
    if (state.length !== this.#stateSize) {
      throw new EnvError(
        `${this.scene.name}: expected a state of ${this.#stateSize} numbers, got ${state.length}`,
      );
    }
    this.own();
    this.scene.mujoco.mj_setState(
      this.scene.model,
      this.data,
      state as unknown as number[], // it takes any array-like
      this.#stateKind,
    );
    this.#failed = false;
  }

  /** Frees its memory. A simulation that is dropped is freed as garbage. */
  close(): void {
    if (this.scene.owner === this) this.#giveBack();
    deleteNow(this, this.data, this.#stateBuffer);
  }

  /** Makes the model say this simulation's places, and the arrays MuJoCo's memory; before writing to them. */
  own(): void {
    if (this.qpos.length === 0) this.#bind();
    const { owner } = this.scene;
    if (owner === this) return;
    if (owner instanceof Simulation) owner.#giveBack();
    this.scene.owner = this;
    for (const frame of this.#moved.values()) frame.write();
  }

  /** Leaves the model as the scene says. */
  #giveBack(): void {
    for (const frame of this.#moved.values()) frame.undo();
    this.scene.owner = undefined;
  }

  /** How many states MuJoCo has given up since its data were reset. Takes 20 µs, for each entry is a copy. */
  #badStates(): number {
    const { mujoco } = this.scene;
    const { warning } = this.data;
    let sum = 0;
    for (const name of ["mjWARN_BADQPOS", "mjWARN_BADQVEL", "mjWARN_BADQACC"] as const) {
      const entry = warning.get(mujoco.mjtWarning[name].value)!;
      sum += entry.number;
      entry.delete();
    }
    return sum;
  }

  #bind(): void {
    const { data } = this;
    this.qpos = data.qpos;
    this.qvel = data.qvel;
    this.ctrl = data.ctrl;
    this.mocapPos = data.mocap_pos;
    this.mocapQuat = data.mocap_quat;
    this.bodyPos = data.xpos;
    this.bodyQuat = data.xquat;
    this.bodyMat = data.xmat;
    this.geomPos = data.geom_xpos;
    this.geomMat = data.geom_xmat;
    this.sitePos = data.site_xpos;
    this.siteMat = data.site_xmat;
    this.massCentre = data.subtree_com;
    this.massVelocity = data.subtree_linvel;
    this.externalForce = data.cfrc_ext;
  }
}

/** Bodies and sites that stand elsewhere than the scene says, in their parents' frames. */
export type Places = readonly {
  readonly kind: "body" | "site";
  readonly id: number;
  readonly position: Float64Array;
  readonly quaternion: Float64Array;
}[];

/** One of them. */
class MovedFrame {
  readonly #scene: Scene;
  readonly #kind: "body" | "site";
  readonly #id: number;
  readonly #arrays: readonly [pos: string, quat: string];
  readonly #home: readonly [Float64Array, Float64Array];
  readonly #now: readonly [Float64Array, Float64Array];

  constructor(scene: Scene, kind: "body" | "site", id: number) {
    this.#scene = scene;
    this.#kind = kind;
    this.#id = id;
    this.#arrays = [`${kind}_pos`, `${kind}_quat`];
    const { pos, quat } = this.#views();
    this.#home = [pos.slice(), quat.slice()];
    this.#now = [pos.slice(), quat.slice()];
  }

  get place(): Places[number] {
    const [position, quaternion] = this.#now;
    return {
      kind: this.#kind,
      id: this.#id,
      position: position.slice(),
      quaternion: quaternion.slice(),
    };
  }

  set(position: ArrayLike<number>, quaternion?: ArrayLike<number>): void {
    this.#now[0].set(position);
    if (quaternion) this.#now[1].set(quaternion);
  }

  write(): void {
    this.#put(this.#now);
  }

  undo(): void {
    this.#put(this.#home);
  }

  #put([position, quaternion]: readonly [Float64Array, Float64Array]): void {
    const { pos, quat } = this.#views();
    pos.set(position);
    quat.set(quaternion);
  }

  #views() {
    const model = this.#scene.model as unknown as Record<string, Float64Array>;
    const [pos, quat] = this.#arrays;
    const id = this.#id;
    return {
      pos: model[pos]!.subarray(3 * id, 3 * id + 3),
      quat: model[quat]!.subarray(4 * id, 4 * id + 4),
    };
  }
}
