/** Against Gymnasium: test/golden/classic-control.json, by tools/golden/classic_control.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { describeEnv } from "../contract.js";
import {
  Acrobot,
  acrobotRules,
  CartPole,
  cartPoleRules,
  MountainCar,
  mountainCarRules,
  Pendulum,
  pendulumRules,
} from "./index.js";

interface Episode {
  readonly start: readonly number[];
  readonly actions: readonly number[];
  readonly states: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly terminated: readonly boolean[];
}

const { episodes } = JSON.parse(readFileSync("test/golden/classic-control.json", "utf8")) as {
  readonly episodes: Readonly<Record<string, readonly Episode[]>>;
};

/** Plays an episode by rules whose state is made of Gymnasium's. */
function compare<State extends object>(
  rules: { step(state: State, action: ArrayLike<number>, rng: Rng): { reward: number; terminated: boolean } },
  name: string,
  toState: (numbers: readonly number[]) => State,
  toNumbers: (state: State) => readonly number[],
  clip = (action: number) => action,
) {
  for (const { start, actions, states, rewards, terminated } of episodes[name]!) {
    const state = toState(start);
    for (const [t, action] of actions.entries()) {
      const got = rules.step(state, [clip(action)], Rng.seed(0));
      expect(got.terminated, `${name}, step ${t}`).toBe(terminated[t]);
      expect(got.reward, `${name}, step ${t}`).toBeCloseTo(rewards[t]!, 9);
      for (const [i, x] of toNumbers(state).entries()) {
        expect(x, `${name}, step ${t}, number ${i}`).toBeCloseTo(states[t]![i]!, 8);
      }
    }
  }
}

describe("every state, reward and end of Gymnasium's episodes is the same:", () => {
  test("cart-pole", () => {
    compare(
      cartPoleRules,
      "cart-pole",
      ([x, v, angle, omega]) => ({ x: x!, v: v!, angle: angle!, omega: omega! }),
      ({ x, v, angle, omega }) => [x, v, angle, omega],
    );
  });
  test("mountain-car", () => {
    compare(
      mountainCarRules,
      "mountain-car",
      ([x, v]) => ({ x: x!, v: v! }),
      ({ x, v }) => [x, v],
    );
  });
  test("acrobot", () => {
    compare(
      acrobotRules,
      "acrobot",
      (motion) => ({ motion: motion as never }),
      ({ motion }) => motion,
    );
  });
  test("pendulum", () => {
    compare(
      pendulumRules,
      "pendulum",
      ([angle, omega]) => ({ angle: angle!, omega: omega! }),
      ({ angle, omega }) => [angle, omega],
      (torque) => Math.min(Math.max(torque, -2), 2),
    );
  });
});

describeEnv("cart-pole", () => new CartPole(), { describe, test });
describeEnv("mountain-car", () => new MountainCar(), { describe, test });
describeEnv("acrobot", () => new Acrobot(), { describe, test });
describeEnv("pendulum", () => new Pendulum(), { describe, test });

test("the horizons are those of Gymnasium's registry", () => {
  const horizons = [new CartPole(), new MountainCar(), new Acrobot(), new Pendulum()].map(
    (env) => env.spec.horizon,
  );
  expect(horizons).toEqual([500, 200, 500, 200]); // CartPole-v1, MountainCar-v0, Acrobot-v1, Pendulum-v1
});
