import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import type { Env, EnvState } from "./env.js";
import { Metaworld } from "./metaworld/metaworld.js";
import { environment, environmentSource, environments } from "./registry.js";
import { workerBatch } from "./worker-batch.js";

test("an environment by name is given its options", async () => {
  const cheetah = environment("half-cheetah/velocity");
  expect((await cheetah.make()).spec.horizon).toBe(200);
  expect((await cheetah.make({ horizon: 7, paper: "maml" })).spec.horizon).toBe(7);
});

test("the version of a reward, and whether the goal is shown, are chosen by name", async () => {
  const play = (env: Env) => {
    const observation = new Float64Array(39);
    env.reset(env.sampleTask(Rng.seed(0)), Rng.seed(0), observation);
    const { reward } = env.step([0, 0.5, 0, 0], observation);
    return [...observation, reward];
  };
  const options = { reward: 1, goalVisible: false } as const;
  const named = play(await environment("metaworld/push").make(options));
  const direct = (await Metaworld.load()).env("push", options) as unknown as Env;
  expect(named).toEqual(play(direct));
  expect(named.at(-1)).not.toBe(play(await environment("metaworld/push").make()).at(-1));
});

test("options reach the environments of a batch", async () => {
  const source = environmentSource("half-cheetah/direction", { horizon: 2 });
  const batch = await workerBatch(source, { count: 2, workers: 1 });
  const tasks: EnvState[] = [{ direction: [1, 0] }, { direction: [-1, 0] }];
  batch.reset(tasks, Rng.seed(0));
  expect(batch.step(new Float64Array(12))).toEqual([]);
  expect(batch.step(new Float64Array(12))).toEqual([0, 1]);
  batch.close();
});

test.each([
  [
    "half-cheetah/velocity",
    { reward: 1 },
    "half-cheetah/velocity: reward is not an option. The options are paper, horizon, contactForces",
  ],
  ["metaworld/reach", { horizn: 3 }, "metaworld/reach: horizn is not an option. Did you mean horizon?"],
  ["metaworld/reach", { reward: 3 }, "metaworld/reach: reward must be 1 or 2, got 3"],
  ["metaworld/reach", { horizon: 0 }, "metaworld/reach: horizon must be an integer >= 1, got 0"],
  ["metaworld/reach", { goalVisible: "no" }, 'metaworld/reach: goalVisible must be true or false, got "no"'],
  ["metaworld/reach", { assets: "dir" }, 'metaworld/reach: assets must be a map of files, got "dir"'],
  ["ant/velocity", { paper: "rl2" }, 'ant/velocity: paper must be maml, got "rl2"'],
  ["point2d", { horizon: 3 }, "point2d: horizon is not an option. There are none"],
])("%s with %o is refused, before any thread starts", async (name, options, message) => {
  expect(() => environmentSource(name, options as object)).toThrow(message);
  await expect(environment(name).make(options as object)).rejects.toThrow(message);
});

test("all wrong options are told at once", () => {
  const options = { horizon: -1, toString: 3, reward: 9 } as object;
  expect(() => environment("metaworld/push").check(options)).toThrow(
    "metaworld/push: horizon must be an integer >= 1, got -1\n" +
      "metaworld/push: toString is not an option. The options are reward, goalVisible, horizon, endAtSuccess, assets\n" +
      "metaworld/push: reward must be 1 or 2, got 9",
  );
});

const VALUES = { "positive integer": [1, 500], probability: [0, 0.25, 1], files: [new Map()] };

test("what an environment says that it takes is what it takes", () => {
  for (const { check, options } of environments.values()) {
    for (const [name, option] of Object.entries(options)) {
      const values = typeof option === "string" ? VALUES[option] : option;
      for (const value of values) expect(() => check({ [name]: value })).not.toThrow();
    }
  }
});
