/**
 * Meta-World: a Sawyer arm at a table, and 50 things to do there.
 *
 * | what        | value                                                                                      |
 * | ----------- | ------------------------------------------------------------------------------------------ |
 * | observation | 39 numbers: hand, gripper, two objects (position, rotation); the same one step ago; the goal |
 * | action      | 4 numbers in ±1: the hand's move, 1 = 1 cm a step along x, y, z; the grip, 1 closes         |
 * | reward      | of the task: version 2 in [0, 10], version 1 up to some thousands                          |
 * | terminates  | never, or at the first success where asked                                                 |
 * | truncates   | after 500 steps of 12.5 ms                                                                 |
 * | task        | a name, and the 3 or 6 numbers that place the object and the goal                          |
 *
 * Among the 39 numbers, 0-2 are the hand's position in metres, 3 the gap of the fingers (1 open), 4-6 and 7-10 the first
 * object's position and rotation, 11-17 the second's, zeros where there is none; 18-35 are 0-17 of the step before
 * (of now, after `reset`); 36-38 are the goal, or zeros where it is hidden, as in all ML benchmarks.
 *
 * The order of a rotation's four numbers differs from task to task, as in the original.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897; version 3 of the package, McLean et al. 2025,
 *   https://arxiv.org/abs/2505.11289
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/sawyer_xyz_env.py
 * Differs: a simulation that becomes infinite truncates the episode (the original goes on from a reset state, unseen);
 *   success is the same for both versions of the reward.
 *
 * @module
 */
import { EnvError, suggestion } from "../../errors.js";
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
import {
  CURRENT_SIZE,
  clipObservation,
  GOAL_AT,
  OBSERVATION_SIZE,
  observationSpace,
  observeNow,
} from "./observation.js";
import { HAND_HIGH, HAND_LOW, type SawyerTask, type Start } from "./task.js";
import { checkVariation, drawVariation } from "./variation.js";
import { clamp, type Vec3, vec3 } from "./vec3.js";
import type { Stage, Workshop } from "./workshop.js";
import { HAND_DOWN } from "./world.js";

/** Which of Meta-World's tasks, and where its object and goal are. */
export type MetaworldTask = {
  readonly name: string;
  /** Metres, in the order of the task's `variation`. */
  readonly variation: readonly number[];
};

export interface SawyerOptions {
  /** Version of the reward. Default: 2. */
  readonly reward?: 1 | 2;
  /** Whether the observation ends with the goal; else with zeros. Default: false, as in the original. */
  readonly goalVisible?: boolean;
  /** Steps of an episode. Default: 500. */
  readonly horizon?: number;
  /** Whether an episode ends with its first success. Default: false. */
  readonly endAtSuccess?: boolean;
}

/** Time steps of the scene in one step of the environment. */
const FRAME_SKIP = 5;
const STEP_SECONDS = FRAME_SKIP * 0.0025;
const ACTION_SCALE = Math.fround(0.01);

const INFO = ["success", "nearObject", "grasped", "graspReward", "inPlaceReward", "objectToTarget"] as const;

/** What `save` returns. */
interface SavedEpisode {
  readonly clock: EnvState;
  readonly task: MetaworldTask;
  readonly simulation: Float64Array;
  readonly tcpStart: Vec3;
  readonly start: Start;
  readonly current: Float64Array;
  readonly previous: Float64Array;
  readonly info: Float64Array;
}

const STATE = ["clock", "task", "simulation", "tcpStart", "start", "current", "previous", "info"] as const;

export class SawyerEnv implements Env<MetaworldTask> {
  readonly spec: EnvSpec;
  readonly info = new Float64Array(INFO.length);
  readonly #workshop: Workshop;
  readonly #tasks: ReadonlyMap<string, SawyerTask>;
  readonly #options: Required<SawyerOptions>;
  readonly #clock: EpisodeClock;
  readonly #current = new Float64Array(CURRENT_SIZE);
  readonly #previous = new Float64Array(CURRENT_SIZE);
  readonly #seen = new Float64Array(OBSERVATION_SIZE);
  #stage: Stage | undefined;
  #task: MetaworldTask | undefined;
  #definition!: SawyerTask;
  #start!: Start;

  /** @param tasks those that it can be reset to; the environment is named after the only one, or `name` */
  constructor(workshop: Workshop, name: string, tasks: readonly SawyerTask[], options: SawyerOptions = {}) {
    const { reward = 2, goalVisible = false, horizon = 500, endAtSuccess = false } = options;
    this.#workshop = workshop;
    this.#options = { reward, goalVisible, horizon, endAtSuccess };
    this.#tasks = new Map(tasks.map((task) => [task.name, task]));
    this.spec = {
      name: `metaworld/${name}`,
      observation: observationSpace(tasks, goalVisible),
      action: { kind: "box", shape: [4], low: -1, high: 1 },
      horizon,
      stepSeconds: STEP_SECONDS,
      info: INFO,
    };
    this.#clock = new EpisodeClock(this.spec);
  }

  /** Draws one of the tasks, and where its object and goal are. */
  sampleTask(rng: Rng): MetaworldTask {
    const names = [...this.#tasks.keys()];
    const name = names[rng.integer(names.length)]!;
    return { name, variation: drawVariation(this.#tasks.get(name)!, (low, high) => rng.uniform(low, high)) };
  }

  /** Nothing is random in an episode, so the stream is not used. */
  reset(task: MetaworldTask, _rng: Rng, observation: FloatArray): void {
    checkObservation(this.spec, observation);
    const stage = this.#enter(task);
    const { start, observed } = this.#workshop.begin(stage, this.#definition, task.variation);
    this.#start = start;
    this.#current.set(observed);
    this.#previous.set(observed);
    this.info.fill(0);
    this.#clock.start();
    this.#write(observation);
  }

  step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    this.#clock.check();
    checkAction(this.spec.name, this.spec.action, action);
    checkObservation(this.spec, observation);
    const stage = this.#stage!;
    const { simulation, world } = stage;
    simulation.own();
    this.#move(stage, action);
    simulation.step(FRAME_SKIP);
    simulation.kinematics(); // the original's mj_forward computes more, which only contacts need: see contactForces
    if (simulation.failed) return this.#giveUp(observation);
    this.#previous.set(this.#current);
    observeNow(this.#definition, world, this.#current);
    this.#write(this.#seen);
    clipObservation(this.#definition, this.#options.goalVisible, this.#seen);
    observation.set(this.#seen);
    world.hand = vec3(this.#seen);
    world.gripper = this.#seen[3]!;
    world.object = vec3(this.#seen, 4);
    world.object2 = vec3(this.#seen, 11);
    world.effort = Math.fround(action[3]!);
    return this.#judge(stage);
  }

  save(): EnvState {
    const clock = this.#clock.save(); // throws where there was no episode
    const { simulation, world } = this.#stage!;
    return {
      clock,
      task: { name: this.#task!.name, variation: [...this.#task!.variation] },
      simulation: simulation.save(),
      tcpStart: [...world.tcpStart],
      start: structuredClone(this.#start) as unknown as EnvState,
      current: this.#current.slice(),
      previous: this.#previous.slice(),
      info: this.info.slice(),
    };
  }

  restore(state: EnvState): void {
    const saved = stateFields(this.spec, state, STATE) as unknown as SavedEpisode;
    const stage = this.#enter(saved.task);
    this.#clock.restore(saved.clock);
    this.#definition.start(stage.world, saved.task.variation); // puts bodies in their places
    stage.simulation.restore(saved.simulation);
    stage.world.tcpStart = saved.tcpStart;
    this.#start = structuredClone(saved.start);
    this.#current.set(saved.current);
    this.#previous.set(saved.previous);
    this.info.set(saved.info);
  }

  close(): void {
    if (this.#stage) this.#workshop.leave(this.#stage);
    this.#stage = undefined;
  }

  /** The stage of the running episode, to draw it or to look closer. @throws EnvError before the first `reset` */
  get stage(): Stage {
    if (!this.#stage) this.#clock.check();
    return this.#stage!;
  }

  /** Where the object, or the hand, is to be, in metres, also when the observation hides it. @throws EnvError as above */
  get target(): Vec3 {
    if (!this.#stage) this.#clock.check();
    return this.#start.target;
  }

  /** Checks a task and takes a stage with its scene. */
  #enter(task: MetaworldTask): Stage {
    const definition = this.#tasks.get(task?.name);
    if (!definition) {
      const names = [...this.#tasks.keys()];
      const known = names.length > 3 ? `one of ${names.length} tasks` : names.join(" or ");
      throw new EnvError(
        `${this.spec.name}: expected ${known}, got ${JSON.stringify(task?.name)}.${suggestion(String(task?.name), names)}`,
      );
    }
    checkVariation(definition, task.variation);
    if (this.#stage?.scene !== definition.scene) {
      if (this.#stage) this.#workshop.leave(this.#stage);
      this.#stage = this.#workshop.enter(definition.scene);
    }
    this.#task = task;
    this.#definition = definition;
    return this.#stage!;
  }

  /** Sends the hand a step on, as far as its bounds go, and commands the fingers. */
  #move({ simulation }: Stage, action: ArrayLike<number>): void {
    const { low = HAND_LOW, high = HAND_HIGH } = this.#definition.hand;
    const { mocapPos, mocapQuat, ctrl } = simulation;
    for (let k = 0; k < 3; k++) {
      const delta = Math.fround(Math.fround(clamp(action[k]!, -1, 1)) * ACTION_SCALE); // float32, as there
      mocapPos[k] = clamp(mocapPos[k]! + delta, low[k]!, high[k]!);
    }
    mocapQuat.set(HAND_DOWN);
    const effort = Math.fround(action[3]!);
    ctrl[0] = effort;
    ctrl[1] = -effort;
  }

  #write(out: FloatArray): void {
    out.set(this.#current);
    out.set(this.#previous, CURRENT_SIZE);
    for (let k = 0; k < 3; k++) out[GOAL_AT + k] = this.#options.goalVisible ? this.#start.target[k]! : 0;
  }

  #judge({ world }: Stage): StepResult {
    const outcome = this.#definition.outcome(world, this.#start);
    const { info } = this;
    info[0] = Number(outcome.success);
    info[1] = Number(outcome.nearObject);
    info[2] = Number(outcome.grasped);
    info[3] = outcome.graspReward;
    info[4] = outcome.inPlaceReward;
    info[5] = outcome.objectToTarget;
    const { reward, endAtSuccess } = this.#options;
    const terminated = endAtSuccess && outcome.success;
    return {
      reward: reward === 2 ? outcome.reward : this.#definition.rewardV1(world, this.#start),
      terminated,
      truncated: this.#clock.tick(terminated),
    };
  }

  /** The simulation has become infinite: the last observation stays, and the episode ends. */
  #giveUp(observation: FloatArray): StepResult {
    observation.set(this.#seen);
    this.info.fill(0);
    this.#clock.stop();
    return { reward: 0, terminated: false, truncated: true };
  }
}
