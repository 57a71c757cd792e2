import { expect, test } from "vitest";
import type { Rng } from "../random/index.js";
import { describeEnv, envChecks } from "./contract.js";
import type { EnvSpec, EnvState, FloatArray, StepResult } from "./env.js";
import { Point2d, type Point2dTask } from "./point2d.js";

/** The point, with rewards that draw from the stream, which `save` forgets. */
class Windy extends Point2d {
  #rng: Rng | undefined;

  override reset(task: Point2dTask, rng: Rng, observation: FloatArray): void {
    super.reset(task, rng, observation);
    this.#rng = rng;
  }

  override step(action: ArrayLike<number>, observation: FloatArray): StepResult {
    const result = super.step(action, observation);
    return { ...result, reward: result.reward + this.#rng!.normal() };
  }
}

let shared = 0;
const last = (observation: FloatArray) => observation.length - 1;

/** Environments that break one promise each, and the check that finds it. */
const broken: readonly [promise: string, why: string, make: () => Point2d][] = [
  [
    "its spec makes sense, and is that of every copy",
    "expected spec.horizon to be a number of steps or Infinity, got 0",
    () =>
      new (class extends Point2d {
        override readonly spec: EnvSpec = { ...new Point2d().spec, horizon: 0 };
      })(),
  ],
  [
    "a task is plain data, and the stream alone decides which",
    "expected a task to be plain data",
    () =>
      new (class extends Point2d {
        override sampleTask() {
          return new Date(0) as unknown as Point2dTask;
        }
      })(),
  ],
  [
    "a task is plain data, and the stream alone decides which",
    "expected the task of the same stream",
    () =>
      new (class extends Point2d {
        #drawn = 0;
        override sampleTask(rng: Rng) {
          return [this.#drawn++, rng.uniform()] as const;
        }
      })(),
  ],
  [
    "observations are written in full and lie in their space, from the first to the last",
    "got NaN or nothing at 1",
    () =>
      new (class extends Point2d {
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          const whole = new Float64Array(2);
          super.reset(task, rng, whole);
          observation[0] = whole[0]!;
        }
      })(),
  ],
  [
    "observations are written in full and lie in their space, from the first to the last",
    "Widen spec.observation",
    () =>
      new (class extends Point2d {
        override readonly spec: EnvSpec = {
          ...new Point2d().spec,
          observation: { kind: "box", shape: [2], low: -0.01, high: [0.01, 0.01] },
        };
      })(),
  ],
  [
    "an array of float32 gets the observations of one of float64, rounded",
    "Keep the state in memory of your own",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          return { ...super.step(action, observation), reward: -observation[0]! };
        }
      })(),
  ],
  [
    "nothing is written behind the observation",
    "expected what is behind the observation to stay",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const result = super.step(action, observation);
          if (observation.length > 2) observation[last(observation)] = 0;
          return result;
        }
      })(),
  ],
  [
    "rewards and info are numbers, and info is zero after a reset",
    "expected zeros in info after reset, got 1",
    () =>
      new (class extends Point2d {
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          super.reset(task, rng, observation);
          this.info[0] = 1;
        }
      })(),
  ],
  [
    "rewards and info are numbers, and info is zero after a reset",
    "expected a finite reward, got NaN",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          return { ...super.step(action, observation), reward: Number.NaN };
        }
      })(),
  ],
  [
    "the same task and stream give the same bits, in every copy",
    "Draw from the stream of reset alone",
    () =>
      new (class extends Point2d {
        #episodes = 0;
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          super.reset(task, rng, observation);
          this.#episodes++;
        }
        override step(action: ArrayLike<number>, observation: FloatArray) {
          return { ...super.step(action, observation), reward: this.#episodes };
        }
      })(),
  ],
  [
    "a reset in the middle of an episode forgets it",
    "Clear in reset what the episode before has left",
    () =>
      new (class extends Point2d {
        #sum = 0;
        override step(action: ArrayLike<number>, observation: FloatArray) {
          this.#sum += action[0]!;
          return { ...super.step(action, observation), reward: this.#sum };
        }
      })(),
  ],
  [
    "copies that take turns do not disturb each other",
    "Keep all state in the copy",
    () =>
      new (class extends Point2d {
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          super.reset(task, rng, observation);
          shared = 0;
        }
        override step(action: ArrayLike<number>, observation: FloatArray) {
          shared += action[0]!;
          return { ...super.step(action, observation), reward: shared };
        }
      })(),
  ],
  [
    "an action may be any array of numbers, and is not changed",
    "expected step to leave the action as it is",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const result = super.step(action, observation);
          (action as number[])[0] = 0;
          return result;
        }
      })(),
  ],
  [
    "a box of actions clips what is out of its bounds",
    "Clip each number to spec.action",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          return { ...super.step(action, observation), reward: -Math.abs(action[0]!) };
        }
      })(),
  ],
  [
    "an episode ends once: by termination, or by truncation exactly at the horizon",
    "expected truncation after 101 steps (spec.horizon), got it after 100",
    () =>
      new (class extends Point2d {
        override readonly spec: EnvSpec = { ...new Point2d().spec, horizon: 101 };
      })(),
  ],
  [
    "an episode ends once: by termination, or by truncation exactly at the horizon",
    "expected terminated or truncated, got both at step 100",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const result = super.step(action, observation);
          return { ...result, terminated: result.truncated || result.terminated };
        }
      })(),
  ],
  [
    "closing one copy leaves the others as they are",
    "Free in close only what the copy has allocated",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          return { ...super.step(action, observation), reward: shared };
        }
        override close() {
          shared++;
        }
      })(),
  ],
  [
    "save gives plain data that later steps do not change",
    "Save copies",
    () =>
      new (class extends Point2d {
        override save() {
          return { ...(super.save() as object), info: this.info, live: this.#live } as EnvState;
        }
        readonly #live: number[] = [];
        override step(action: ArrayLike<number>, observation: FloatArray) {
          this.#live.push(action[0]!);
          return super.step(action, observation);
        }
      })(),
  ],
  ["restore goes on bit for bit at the start of an episode", "task, stream, time", () => new Windy()],
  ["restore goes on bit for bit in the middle of an episode", "task, stream, time", () => new Windy()],
  [
    "restore goes on bit for bit in the middle of an episode",
    "expected restore to bring back info",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const result = super.step(action, observation);
          this.info[0] = 3;
          return result;
        }
        override restore(state: EnvState) {
          super.restore(state);
          this.info[0] = 0;
        }
      })(),
  ],
  [
    "restore at the end of an episode keeps it ended",
    "expected an EnvError for a step past the end that was restored, got nothing at all",
    () =>
      new (class extends Point2d {
        override restore(state: EnvState) {
          super.restore({ ...(state as object), clock: { steps: 0, phase: "running" } });
        }
      })(),
  ],
  [
    "before the first reset, step and save are refused",
    "expected an EnvError for a step before the first reset, got nothing at all",
    () =>
      new (class extends Point2d {
        #begun = false;
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          super.reset(task, rng, observation);
          this.#begun = true;
        }
        override step(action: ArrayLike<number>, observation: FloatArray) {
          if (this.#begun) return super.step(action, observation);
          return { reward: 0, terminated: false, truncated: false };
        }
      })(),
  ],
  [
    "a step past the end is refused",
    "expected an EnvError for a step past the end of an episode, got nothing at all",
    () =>
      new (class extends Point2d {
        #over = false;
        override step(action: ArrayLike<number>, observation: FloatArray) {
          if (this.#over) return { reward: 0, terminated: false, truncated: true };
          const result = super.step(action, observation);
          this.#over = result.terminated || result.truncated;
          return result;
        }
      })(),
  ],
  [
    "an action of another length, or that is none, is refused and changes nothing",
    "expected an EnvError for an action with NaN, got nothing at all",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const numbers = Array.from(action, (x) => (Number.isNaN(x) ? 0 : x));
          return super.step(numbers, observation);
        }
      })(),
  ],
  [
    "an action of another length, or that is none, is refused and changes nothing",
    "to change nothing, but the state has changed",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          super.step([0.1, 0.1], observation);
          return super.step(action, observation);
        }
      })(),
  ],
  [
    "an array too short for an observation is refused and changes nothing",
    "got nothing at all",
    () =>
      new (class extends Point2d {
        override step(action: ArrayLike<number>, observation: FloatArray) {
          const whole = new Float64Array(2);
          const result = super.step(action, whole);
          for (let i = 0; i < observation.length; i++) observation[i] = whole[i] ?? observation[i]!;
          return result;
        }
      })(),
  ],
  [
    "what is not a task is refused",
    "got TypeError",
    () =>
      new (class extends Point2d {
        override reset(task: Point2dTask, rng: Rng, observation: FloatArray) {
          super.reset([task[0].valueOf(), task[1].valueOf()], rng, observation);
        }
      })(),
  ],
  [
    "what is not a state is refused",
    "expected an EnvError for the state null, got nothing at all",
    () =>
      new (class extends Point2d {
        override restore(state: EnvState) {
          if (state !== null) super.restore(state);
        }
      })(),
  ],
];

test.each(broken)("%s: else, %s", async (promise, why, make) => {
  const check = envChecks(make).find(({ name }) => name === promise)!;
  await expect(check.run()).rejects.toThrow(why);
});

test("every promise has an environment that breaks it", () => {
  const names = envChecks(() => new Point2d()).map(({ name }) => name);
  expect([...new Set(broken.map(([promise]) => promise))].sort()).toEqual(names.sort());
});

test("a runner gets one test for each promise, and copies that are made asynchronously are awaited", async () => {
  const runs: [string, () => Promise<void>][] = [];
  describeEnv("point2d", async () => new Point2d(), {
    describe: (_, define) => define(),
    test: (name, run) => runs.push([name, run]),
    steps: 5,
  });
  expect(runs.length).toBe(envChecks(() => new Point2d()).length);
  for (const [, run] of runs) await run();
});

test("copies are closed, also those of a check that fails", async () => {
  let open = 0;
  class Counted extends Windy {
    constructor() {
      super();
      open++;
    }
    override close() {
      open--;
    }
  }
  for (const { run } of envChecks(() => new Counted())) await run().catch(() => {});
  expect(open).toBe(0);
});
