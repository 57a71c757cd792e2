import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { describeEnv } from "../contract.js";
import type { Env } from "../env.js";
import { metaworldBenchmark } from "./benchmarks.js";
import { Metaworld } from "./metaworld.js";
import { act } from "./policy.js";
import type { SawyerEnv } from "./sawyer-env.js";
import { sawyerTask } from "./tasks/index.js";

let metaworld: Metaworld;
beforeAll(async () => {
  metaworld = await Metaworld.load();
});
afterAll(() => metaworld.close());

const observation = new Float64Array(39);
const rng = Rng.seed(0);

describeEnv(
  "metaworld/pick-place",
  () => metaworld.env("pick-place", { goalVisible: true, horizon: 30 }) as unknown as Env,
  { describe, test },
);
describeEnv(
  "three of Meta-World's tasks in one environment",
  () => metaworld.env(["reach", "door-lock", "stick-push"], { horizon: 30 }) as unknown as Env,
  { describe, test },
);

test("goals are hidden unless they are asked for", () => {
  const task = metaworld.env("reach").sampleTask(rng);
  metaworld.env("reach").reset(task, rng, observation);
  expect([...observation.slice(36)]).toEqual([0, 0, 0]);
  metaworld.env("reach", { goalVisible: true }).reset(task, rng, observation);
  expect([...observation.slice(36)]).toEqual(task.variation.slice(3));
});

test("a scripted policy reaches the goal; an episode may end there", () => {
  const env = metaworld.env("door-open", { goalVisible: true, endAtSuccess: true });
  const [task] = metaworldBenchmark("MT1 door-open", 42).train.tasks;
  const action = new Float64Array(4);
  env.reset(task!, rng, observation);
  let result = { terminated: false, truncated: false, reward: 0 };
  while (!result.terminated && !result.truncated) {
    act(sawyerTask("door-open"), observation, action);
    result = env.step(action, observation);
  }
  expect(result).toMatchObject({ terminated: true, truncated: false, reward: 10 });
  expect(env.info[0]).toBe(1);
});

test("a scripted policy that cannot see the goal says so", () => {
  expect(() => act(sawyerTask("reach"), new Float64Array(39), new Float64Array(4))).toThrow(
    "metaworld/reach: expected the goal in the observation, got zeros. Set goalVisible",
  );
});

describe("what is refused:", () => {
  const [low] = metaworldBenchmark("MT1 reach", 42).train.tasks;
  test.each([
    [{ name: "raech", variation: [] }, 'metaworld/reach: expected reach, got "raech". Did you mean reach?'],
    [{ name: "reach", variation: [1, 2] }, "metaworld/reach: expected a variation of 6 numbers, got 2"],
    [
      { name: "reach", variation: [...low!.variation.slice(0, 5), 9] },
      "metaworld/reach: expected number 5 of a variation in 0.05..0.3, got 9",
    ],
    [
      { name: "reach", variation: [Number.NaN, ...low!.variation.slice(1)] },
      "metaworld/reach: expected number 0 of a variation in -0.1..0.1, got NaN",
    ],
  ])("the task %o", (task, message) => {
    const env = metaworld.env("reach");
    expect(() => env.reset(task, rng, observation)).toThrow(message);
  });

  test("an environment of a task that there is not", () => {
    expect(() => metaworld.env("open-door")).toThrow(
      "metaworld: expected the name of a task, got open-door.",
    );
    expect(() => metaworld.env("dor-open")).toThrow("Did you mean door-open?");
  });
});

/** All bits of 60 random steps. */
function play(env: SawyerEnv, name: string): number[] {
  const [task] = metaworldBenchmark(`MT1 ${name}`, 42).train.tasks;
  const stream = Rng.seed(5);
  const seen: number[] = [];
  env.reset(task!, rng, observation);
  for (let t = 0; t < 60; t++) {
    const action = [0, 1, 2, 3].map(() => stream.uniform(-1, 1));
    const { reward } = env.step(action, observation);
    seen.push(...observation, reward, ...env.info);
  }
  return seen;
}

test("environments that share a scene do not see each other's doors", () => {
  const alone = play(metaworld.env("door-open"), "door-open");
  const [one, other] = [metaworld.env("door-open"), metaworld.env("door-close")];
  const [task] = metaworldBenchmark("MT1 door-open", 42).train.tasks;
  const [elsewhere] = metaworldBenchmark("MT1 door-close", 42).train.tasks.slice(7);
  const stream = Rng.seed(5);
  const seen: number[] = [];
  const theirs = new Float64Array(39);
  one.reset(task!, rng, observation);
  other.reset(elsewhere!, rng, theirs);
  for (let t = 0; t < 60; t++) {
    const { reward } = one.step(
      [0, 1, 2, 3].map(() => stream.uniform(-1, 1)),
      observation,
    );
    seen.push(...observation, reward, ...one.info);
    other.step([1, 1, -1, 1], theirs);
  }
  expect(seen).toEqual(alone);
});

test("an episode is the same whatever was played before on the same stage", () => {
  const alone = play(metaworld.env("plate-slide-back"), "plate-slide-back");
  const env = metaworld.env(["plate-slide", "plate-slide-back"]);
  play(env, "plate-slide");
  expect(play(env, "plate-slide-back")).toEqual(alone);
});

test("a simulation that becomes infinite ends its episode, and the next one is as ever", () => {
  const env = metaworld.env("push", { goalVisible: true });
  const alone = play(env, "push");
  const [task] = metaworldBenchmark("MT1 push", 42).train.tasks;
  env.reset(task!, rng, observation);
  env.step([0, 0, 0, 0], observation);
  const before = observation.slice();
  env.stage.simulation.qvel.fill(1e12);
  expect(env.step([0, 0, 0, 0], observation)).toEqual({ reward: 0, terminated: false, truncated: true });
  expect(observation).toEqual(before);
  expect(() => env.step([0, 0, 0, 0], observation)).toThrow("the episode is over");
  expect(play(env, "push")).toEqual(alone);
});
