// @module-tag slow
import { expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { type Config, configure } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import sinusoid, { metricName } from "./sinusoid.js";
import { samplePoints, sampleWaves } from "./waves.js";

const train = async (config: Config) => {
  const { init, step, model, evaluate } = await sinusoid.learner(config);
  const rng = Rng.seed(0);
  let state = init(rng.fork("init"));
  for (let k = 1; k <= sinusoid.steps(config); k++) [state] = step(state, k, rng.fork("step", k));
  return evaluate(model(state), rng.fork("test"));
};

test("after some thousand steps of Reptile, 8 gradient steps tell more of a wave than 32 do without", async () => {
  const set = { steps: 3000, "test.tasks": 100 };
  const learned = await train(configure(sinusoid, { set, from: "test" }));
  const random = await train(configure(sinusoid, { set: { ...set, method: "random" }, from: "test" }));
  const error = (evaluation: typeof learned, steps: number) => mean(evaluation[metricName(10, steps)]!);
  expect(learned[metricName(10, 32)]).toHaveLength(100);
  expect(error(learned, 32)).toBeLessThan(0.75 * error(random, 32));
  expect(error(learned, 8)).toBeLessThan(error(random, 32));
});

test("waves are seen at the same even places, of which a test task has some", async () => {
  const rng = Rng.seed(2);
  const waves = sampleWaves(rng, { tasks: 2, points: 50 });
  expect(waves.x.data[0]).toBe(-5);
  expect(waves.x.data[99]).toBe(5);
  expect(waves.x.data[51]).toBeCloseTo(-5 + 10 / 49, 6);
  const { x, y } = samplePoints(waves, rng, 10);
  expect([x.shape, y.shape]).toEqual([
    [2, 10, 1],
    [2, 10, 1],
  ]);
  const second = Array.from(waves.x.data.subarray(50));
  x.data.subarray(10).forEach((place, k) => {
    expect(y.data[10 + k]).toBe(waves.y.data[50 + second.indexOf(place)]);
  });
});
