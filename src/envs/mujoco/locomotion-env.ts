/**
 * A body that learns to move: what half cheetahs and ants share. `half-cheetah.ts` and `ant.ts` say what differs.
 *
 *     reward = goal − control · ‖a‖² − contact · ‖clip(f, ±1)‖² + alive
 *
 * | info           | what                                                                                   |
 * | -------------- | -------------------------------------------------------------------------------------- |
 * | `x`, `y`       | where the body is, in metres; see `Centre`                                              |
 * | `xVelocity`, … | its velocity, in m/s                                                                    |
 * | `goalReward`   | what the task pays: speed in a direction, minus the error of a speed, minus a distance   |
 * | `controlCost`, `contactCost`, `aliveReward` | the other terms, positive                                  |
 *
 * Differs: a simulation that becomes infinite truncates the episode with a reward of 0.
 *
 * @module
 */
import { EnvError } from "../../errors.js";
import type { Rng } from "../../random/index.js";
import {
  checkAction,
  checkObservation,
  type Env,
  type EnvSpec,
  type EnvState,
  EpisodeClock,
  type FloatArray,
  type StepResult,
  stateFields,
} from "../env.js";
import type { Goal } from "./locomotion-goals.js";
import type { Scene } from "./scene.js";
import { Simulation } from "./simulation.js";

/**
 * What a body's place and velocity are:
 *
 * - `slide`: the first joint's position, and its change in a step over the step's time;
 * - `frame`: the trunk's frame as the last time step left it, which is that of before its end, and its change likewise;
 * - `mass`: the centre of all its mass, and that point's velocity now.
 */
type Centre = "slide" | "frame" | "mass";

/** A body, and all of an episode but the goal. */
export interface Walker {
  readonly timestep: number;
  /** Time steps in a step of the environment. */
  readonly frameSkip: number;
  readonly actions: number;
  readonly centre: Centre;
  readonly start: {
    /** Joint positions. Default: the scene's. */
    readonly positions?: readonly number[];
    /** Positions get noise of U[−scale, scale] or N(0, scale²); velocities of N(0, 0.1²). */
    readonly noise: "uniform" | "normal";
    readonly scale: number;
  };
  readonly observation: {
    readonly size: number;
    /** How many joint positions are hidden, from the first. All velocities follow. */
    readonly hidden: number;
    /** Then torque and force from outside on each body, clipped to ±1. */
    readonly contactForces?: boolean;
    /** Then the trunk's rotation, a matrix. */
    readonly rotation?: boolean;
    /** Then the trunk's place: of its frame, or of all its mass. */
    readonly place?: "frame" | "mass";
  };
  /** Whether forces from outside are computed; else they are zeros, which cost nothing. */
  readonly contactForces: boolean;
  readonly controlCost: number;
  readonly contactCost: number;
  readonly aliveReward: number;
  /** Heights of the trunk, in metres, outside which the episode terminates. Default: none. */
  readonly heights?: readonly [low: number, high: number];
}

/** Whose environment it is: these two papers define the same ones differently. */
export type Paper = "maml" | "pearl";

/** An environment, as each paper has it that has it. */
export interface Definition<Task extends EnvState> {
  /** What is to be done in it, in a sentence. */
  readonly summary: string;
  readonly papers: Readonly<Partial<Record<Paper, Version<Task>>>>;
}

export interface Version<Task extends EnvState> {
  readonly scene: { readonly name: string; xml(): string };
  readonly walker: Walker;
  readonly goal: Goal<Task>;
}

const INFO = [
  ...["x", "y", "xVelocity", "yVelocity"],
  ...["goalReward", "controlCost", "contactCost", "aliveReward"],
] as const;
const VELOCITY_NOISE = 0.1;

export class LocomotionEnv<Task extends EnvState> implements Env<Task> {
  readonly spec: EnvSpec;
  readonly info = new Float64Array(INFO.length);
  readonly #walker: Walker;
  readonly #goal: Goal<Task>;
  readonly #clock: EpisodeClock;
  readonly #simulation: Simulation;
  readonly #torso: number;
  readonly #motion = { x: 0, y: 0, xVelocity: 0, yVelocity: 0 };
  #task!: Task;

  /** @param name as `metagrad list envs` shows it: `ant/goal` */
  constructor(scene: Scene, name: string, walker: Walker, goal: Goal<Task>, horizon: number) {
    this.#walker = walker;
    this.#goal = goal;
    this.#simulation = new Simulation(scene);
    this.#torso = scene.id("body", "torso");
    this.spec = {
      name,
      observation: {
        kind: "box",
        shape: [walker.observation.size],
        low: Number.NEGATIVE_INFINITY,
        high: Number.POSITIVE_INFINITY,
      },
      action: { kind: "box", shape: [walker.actions], low: -1, high: 1 },
      horizon,
      stepSeconds: walker.timestep * walker.frameSkip,
      info: INFO,
    };
    this.#clock = new EpisodeClock(this.spec);
  }

  sampleTask(rng: Rng): Task {
    return this.#goal.draw(rng);
  }

  reset(task: Task, rng: Rng, observation: FloatArray): void {
    const { positions, noise, scale } = this.#walker.start;
    const simulation = this.#simulation;
    const draw = noise === "uniform" ? () => rng.uniform(-scale, scale) : () => rng.normal(0, scale);
    simulation.reset();
    const qpos = Array.from(positions ?? simulation.qpos, (position) => position + draw());
    const qvel = Array.from(simulation.qvel, () => rng.normal(0, VELOCITY_NOISE));
    this.begin(task, qpos, qvel, observation);
  }

  /**
   * Begins an episode from these joint positions and velocities, without noise.
   *
   * @throws EnvError for another count of either, and as `reset`
   */
  begin(
    task: Task,
    positions: ArrayLike<number>,
    velocities: ArrayLike<number>,
    observation: FloatArray,
  ): void {
    checkObservation(this.spec, observation);
    this.#checkTask(task);
    const simulation = this.#simulation;
    simulation.reset();
    const { qpos, qvel } = simulation;
    if (positions.length !== qpos.length || velocities.length !== qvel.length) {
      const counts = `${positions.length} and ${velocities.length}`;
      throw new EnvError(
        `${this.spec.name}: expected ${qpos.length} positions and ${qvel.length} velocities, got ${counts}`,
      );
    }
    this.#task = task;
    qpos.set(positions);
    qvel.set(velocities);
    simulation.forward();
    if (this.#walker.contactForces) simulation.externalForces();
    this.#move();
    this.info.fill(0);
    this.#clock.start();
    this.#observe(observation);
  }

  step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    this.#clock.check();
    checkAction(this.spec.name, this.spec.action, action);
    checkObservation(this.spec, observation);
    const { frameSkip, centre, contactForces, heights } = this.#walker;
    const simulation = this.#simulation;
    const effort = this.#act(action);
    simulation.step(frameSkip);
    if (simulation.failed) return this.#giveUp(observation);
    if (centre === "mass") simulation.forward();
    if (contactForces) simulation.externalForces();
    this.#move();
    this.#observe(observation);
    const height = simulation.qpos[2]!;
    const terminated = heights !== undefined && !(height >= heights[0] && height <= heights[1]);
    return { reward: this.#judge(effort), terminated, truncated: this.#clock.tick(terminated) };
  }

  save(): EnvState {
    const clock = this.#clock.save(); // throws where there was no episode
    return {
      clock,
      task: structuredClone(this.#task),
      simulation: this.#simulation.save(),
      place: [this.#motion.x, this.#motion.y],
      info: this.info.slice(),
    };
  }

  restore(state: EnvState): void {
    const fields = ["clock", "task", "simulation", "place", "info"] as const;
    const { clock, task, simulation, place, info } = stateFields(this.spec, state, fields);
    this.#checkTask(task as Task);
    this.#clock.restore(clock);
    this.#simulation.restore(simulation as Float64Array);
    this.#task = structuredClone(task) as Task;
    [this.#motion.x, this.#motion.y] = place as readonly [number, number];
    this.info.set(info as Float64Array);
  }

  close(): void {
    this.#simulation.close();
  }

  /** The state of the physics, to draw it or to look closer. */
  get simulation(): Simulation {
    return this.#simulation;
  }

  #checkTask(task: Task): void {
    if (this.#goal.accepts(task)) return;
    throw new EnvError(
      `${this.spec.name}: expected a task ${this.#goal.expected}, got ${JSON.stringify(task)}`,
    );
  }

  /** Sets the controls, and returns the sum of their squares. */
  #act(action: ArrayLike<number>): number {
    this.#simulation.own();
    const { ctrl } = this.#simulation;
    let sum = 0;
    for (let i = 0; i < ctrl.length; i++) {
      const control = Math.min(Math.max(action[i]!, -1), 1);
      ctrl[i] = control;
      sum += control * control;
    }
    return sum;
  }

  /** Measures where the body is now, and how fast it is or was in this step. */
  #move(): void {
    const simulation = this.#simulation;
    const { centre, timestep, frameSkip } = this.#walker;
    const motion = this.#motion;
    const { x, y } = motion;
    if (centre === "slide") {
      motion.x = simulation.qpos[0]!;
    } else {
      const at = centre === "mass" ? simulation.massCentre : simulation.bodyPos;
      motion.x = at[3 * this.#torso]!;
      motion.y = at[3 * this.#torso + 1]!;
    }
    if (centre === "mass") {
      simulation.massVelocities();
      motion.xVelocity = simulation.massVelocity[3 * this.#torso]!;
      motion.yVelocity = simulation.massVelocity[3 * this.#torso + 1]!;
    } else {
      const seconds = timestep * frameSkip;
      motion.xVelocity = (motion.x - x) / seconds;
      motion.yVelocity = (motion.y - y) / seconds;
    }
  }

  #observe(out: FloatArray): void {
    const { qpos, qvel, externalForce, bodyMat, bodyPos, massCentre } = this.#simulation;
    const { hidden, contactForces, rotation, place } = this.#walker.observation;
    const torso = this.#torso;
    let at = 0;
    for (let i = hidden; i < qpos.length; i++) out[at++] = qpos[i]!;
    for (let i = 0; i < qvel.length; i++) out[at++] = qvel[i]!;
    if (contactForces) for (let i = 0; i < externalForce.length; i++) out[at++] = clip(externalForce[i]!);
    if (rotation) for (let i = 0; i < 9; i++) out[at++] = bodyMat[9 * torso + i]!;
    const centre = place === "mass" ? massCentre : bodyPos;
    if (place) for (let i = 0; i < 3; i++) out[at++] = centre[3 * torso + i]!;
  }

  #judge(effort: number): number {
    const { controlCost, contactCost, aliveReward } = this.#walker;
    const { info } = this;
    const { x, y, xVelocity, yVelocity } = this.#motion;
    info[0] = x;
    info[1] = y;
    info[2] = xVelocity;
    info[3] = yVelocity;
    info[4] = this.#goal.reward(this.#task, this.#motion);
    info[5] = controlCost * effort;
    info[6] = contactCost === 0 ? 0 : contactCost * this.#contact();
    info[7] = aliveReward;
    return info[4] - info[5] - info[6] + info[7];
  }

  /** Sum of the squares of all clipped forces. */
  #contact(): number {
    if (!this.#walker.contactForces) return 0;
    let sum = 0;
    for (const force of this.#simulation.externalForce) sum += clip(force) * clip(force);
    return sum;
  }

  /** The simulation has become infinite, and MuJoCo has begun anew: the episode ends. */
  #giveUp(observation: FloatArray): StepResult {
    this.#simulation.forward();
    this.#observe(observation);
    this.info.fill(0);
    this.#clock.stop();
    return { reward: 0, terminated: false, truncated: true };
  }
}

function clip(force: number): number {
  return Math.min(Math.max(force, -1), 1);
}
