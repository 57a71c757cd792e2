/**
 * 2-D navigation: a point walks to a goal that it cannot see.
 *
 * | what        | value                                            |
 * | ----------- | ------------------------------------------------ |
 * | observation | `[x, y]`, position, no bounds                    |
 * | action      | `[dx, dy]`, displacement, clipped to ±0.1 a step |
 * | reward      | −‖position − goal‖₂, after the move              |
 * | terminates  | when both offsets to the goal are under 0.01     |
 * | truncates   | after 100 steps                                  |
 * | task        | goal ~ U[−0.5, 0.5]²                             |
 *
 * Source: Finn, Abbeel & Levine 2017, §5.3, https://arxiv.org/abs/1703.03400
 * Checked against: cbfinn/maml_rl@9c8e2eb, maml_examples/point_env_randgoal.py:37-45
 * Differs: the paper says negative *squared* distance; we take the distance, as the authors' code does.
 *
 * @module
 */
import { EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";
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
} from "./env.js";

const MAX_MOVE = 0.1;
const GOAL_RADIUS = 0.01;

/** Where the goal is. */
export type Point2dTask = readonly [goalX: number, goalY: number];

export class Point2d implements Env<Point2dTask> {
  readonly spec: EnvSpec = {
    name: "point2d",
    observation: { kind: "box", shape: [2], low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
    action: { kind: "box", shape: [2], low: -MAX_MOVE, high: MAX_MOVE },
    horizon: 100,
    info: ["success"],
  };
  readonly info = new Float64Array(1);
  readonly #clock = new EpisodeClock(this.spec);
  #goal: Point2dTask = [0, 0];
  #x = 0;
  #y = 0;

  sampleTask(rng: Rng): Point2dTask {
    return [rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5)];
  }

  reset(task: Point2dTask, _rng: Rng, observation: FloatArray): void {
    checkObservation(this.spec, observation);
    if (!(Array.isArray(task) && task.length === 2 && task.every(Number.isFinite))) {
      throw new EnvError(`point2d: expected a goal [x, y], got ${JSON.stringify(task)}`);
    }
    this.#goal = task;
    this.#x = this.#y = 0;
    this.info[0] = 0;
    this.#clock.start();
    this.#observe(observation);
  }

  step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    this.#clock.check();
    checkAction("point2d", this.spec.action, action);
    checkObservation(this.spec, observation);
    this.#x += clip(action[0]!);
    this.#y += clip(action[1]!);
    const offX = this.#x - this.#goal[0];
    const offY = this.#y - this.#goal[1];
    const terminated = Math.abs(offX) < GOAL_RADIUS && Math.abs(offY) < GOAL_RADIUS;
    this.info[0] = Number(terminated);
    this.#observe(observation);
    const truncated = this.#clock.tick(terminated);
    return { reward: -Math.sqrt(offX * offX + offY * offY), terminated, truncated };
  }

  save(): EnvState {
    return { clock: this.#clock.save(), goal: [...this.#goal], at: [this.#x, this.#y], info: [...this.info] };
  }

  restore(state: EnvState): void {
    const { clock, goal, at, info } = stateFields(this.spec, state, ["clock", "goal", "at", "info"]);
    this.#clock.restore(clock);
    this.#goal = goal as Point2dTask;
    [this.#x, this.#y] = at as readonly [number, number];
    this.info.set(info as readonly number[]);
  }

  close(): void {}

  #observe(out: FloatArray): void {
    out[0] = this.#x;
    out[1] = this.#y;
  }
}

function clip(move: number): number {
  return Math.min(Math.max(move, -MAX_MOVE), MAX_MOVE);
}
