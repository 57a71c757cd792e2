/** Environments for the tests of batches: one that has everything, and one that goes wrong as it is told. */
import { Rng, type RngState } from "../../random/index.js";
import type { EnvState, FloatArray, StepResult } from "../env.js";
import { stateFields } from "../env.js";
import { Point2d, type Point2dTask } from "../point2d.js";

/** The point in a wind: its rewards are random, and are part of what is saved. */
export class WindyPoint extends Point2d {
  #rng = Rng.seed(0);

  override reset(task: Point2dTask, rng: Rng, observation: FloatArray): void {
    super.reset(task, rng, observation);
    this.#rng = rng;
  }

  override step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    const result = super.step(action, observation);
    return { ...result, reward: result.reward + this.#rng.normal() };
  }

  override save(): EnvState {
    return { point: super.save(), rng: this.#rng.state() as unknown as EnvState };
  }

  override restore(state: EnvState): void {
    const { point, rng } = stateFields(this.spec, state, ["point", "rng"]);
    super.restore(point);
    this.#rng = Rng.restore(rng as unknown as RngState);
  }
}

export async function makeWindyPoint(): Promise<WindyPoint> {
  return new WindyPoint();
}

/** What goes wrong, in which rows, and in which step; or with which of its calls. */
export interface Trouble {
  readonly rows: readonly number[];
  readonly fate: "throw" | "exit" | "hang" | "throw in save" | "throw in make" | "another action space";
}

export function makeTrouble({ rows, fate }: Trouble, row: number): Point2d {
  if (!rows.includes(row)) return new Point2d();
  if (fate === "throw in make") throw new Error(`there is no row ${row}`);
  const env = new Point2d();
  if (fate === "another action space") {
    return Object.defineProperty(env, "spec", {
      value: { ...env.spec, action: { kind: "discrete", size: 3 } },
    });
  }
  if (fate === "throw in save") {
    env.save = () => {
      throw new Error("out of paper");
    };
    return env;
  }
  const step = env.step.bind(env);
  let steps = 0;
  env.step = (action, observation) => {
    if (++steps === 2) {
      if (fate === "exit") process.exit(7);
      if (fate === "throw") throw new TypeError("no such joint");
      while (fate === "hang");
    }
    return step(action, observation);
  };
  return env;
}

/** Each step waits until as many environments as are to meet are in theirs, in other threads than this one. */
export function makeMeeting({
  arrived,
  wanted,
}: {
  readonly arrived: Int32Array;
  readonly wanted: number;
}): Point2d {
  const env = new Point2d();
  const step = env.step.bind(env);
  env.step = (action, observation) => {
    Atomics.add(arrived, 0, 1);
    Atomics.notify(arrived, 0);
    for (let now = 0; now < wanted; now = Atomics.load(arrived, 0)) {
      if (Atomics.wait(arrived, 0, now, 10_000) === "timed-out") throw new Error(`only ${now} have come`);
    }
    return step(action, observation);
  };
  return env;
}

export const notAFunction = 1;
