import { expect, test } from "vitest";
import { environment, sampleSpace, spaceSize } from "../envs/index.js";
import { SawyerEnv } from "../envs/metaworld/sawyer-env.js";
import { LocomotionEnv } from "../envs/mujoco/locomotion-env.js";
import { Rng } from "../random/index.js";
import { filmPace } from "./film.js";

const FILMED = [
  ["metaworld/reach", {}],
  ["half-cheetah/direction", { paper: "maml" }],
  ["half-cheetah/velocity", { paper: "pearl" }],
  ["ant/goal", { paper: "maml" }],
  ["ant/direction", { paper: "maml" }],
  ["ant/any-direction", {}],
] as const;

test.each(FILMED)(
  "%s %j says how long its steps are, and a film of it plays in exactly that time",
  async (name, options) => {
    const env = await environment(name).make(options);
    const rng = Rng.seed(0);
    const observation = new Float64Array(spaceSize(env.spec.observation));
    const action = new Float64Array(spaceSize(env.spec.action));
    env.reset(env.sampleTask(rng), rng, observation);
    const shown: unknown = env;
    const simulation =
      shown instanceof SawyerEnv ? shown.stage.simulation : (shown as LocomotionEnv<never>).simulation;
    expect(shown instanceof SawyerEnv || shown instanceof LocomotionEnv).toBe(true);
    const start = simulation.data.time;
    for (let t = 0; t < 3; t++) {
      sampleSpace(env.spec.action, rng, action);
      env.step(action, observation);
    }
    const stepSeconds = env.spec.stepSeconds!;
    expect(simulation.data.time - start).toBeCloseTo(3 * stepSeconds, 9);
    const { steps, delayMs } = filmPace(stepSeconds);
    expect(delayMs).toBeCloseTo(1000 * steps * stepSeconds, 9);
    expect(delayMs).toBeGreaterThanOrEqual(40);
    env.close();
  },
);

test.each([
  [1 / 500, { steps: 20, delayMs: 40 }],
  [0.0125, { steps: 4, delayMs: 50 }],
  [0.02, { steps: 2, delayMs: 40 }],
  [1 / 60, { steps: 3, delayMs: 50 }],
  [1 / 30, { steps: 3, delayMs: 100 }],
  [0.05, { steps: 1, delayMs: 50 }],
  [0.2, { steps: 1, delayMs: 200 }],
  [1.5, { steps: 1, delayMs: 1500 }],
  [undefined, { steps: 1, delayMs: 100 }],
])("steps of %j s are filmed by %j", (seconds, pace) => {
  expect(filmPace(seconds)).toEqual(pace);
});

test("whatever a step takes, a film is at most a tenth too fast or slow", () => {
  for (let ms = 1; ms < 300; ms += 0.7) {
    const { steps, delayMs } = filmPace(ms / 1000);
    expect(delayMs % 10, `${ms} ms`).toBe(0);
    expect(Math.abs(delayMs / (steps * ms) - 1), `${ms} ms`).toBeLessThan(0.1);
  }
});
