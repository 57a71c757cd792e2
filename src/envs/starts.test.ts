import { describe, expect, test } from "vitest";
import { ConfigError } from "../errors.js";
import { Rng } from "../random/index.js";
import { Catch } from "./catch.js";
import { describeEnv } from "./contract.js";
import { MinAtar } from "./minatar/minatar.js";
import { withNoOpStarts, withRecordedStarts } from "./starts.js";

const stay = 1; // Catch: left, stay, right
const observation = new Float32Array(50);
/** How far the ball of Catch, 10 rows by 5 columns, has fallen: one row a step. */
const row = () => Math.floor(observation.indexOf(1) / 5);

describeEnv("catch with no-op starts", () => withNoOpStarts(new Catch(), { most: 4, noOp: stay }), {
  describe,
  test,
});
describeEnv(
  "breakout with recorded starts",
  () => withRecordedStarts(new MinAtar("breakout"), [{ seed: 3, actions: [0, 1, 1, 3, 0, 0] }]),
  { describe, test },
);

test("each number of no-ops is as likely, and an episode that they end begins anew", () => {
  const env = withNoOpStarts(new Catch(), { most: 4, noOp: stay });
  const counts = [0, 0, 0, 0, 0];
  for (let k = 0; k < 500; k++) {
    env.reset(null, Rng.seed(k), observation);
    counts[row()]!++;
  }
  for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(35);
  const long = withNoOpStarts(new Catch(), { most: 20, noOp: stay });
  expect(() => long.reset(null, Rng.seed(1), observation)).not.toThrow();
});

test("recorded starts are the states of the recorded episode, its last step left out", () => {
  const plays = [
    { seed: 5, actions: [0, 0, 2, 1] },
    { seed: 6, actions: [2, 2] },
  ];
  const states = new Set<string>();
  for (const { seed, actions } of plays) {
    const env = new Catch();
    env.reset(null, Rng.seed(seed), observation);
    for (const action of actions) {
      states.add(JSON.stringify(env.save()));
      env.step([action], observation);
    }
  }
  const env = new Catch();
  const started = withRecordedStarts(env, plays);
  const seen = new Set<string>();
  for (let k = 0; k < 200; k++) {
    started.reset(null, Rng.seed(k), observation);
    seen.add(JSON.stringify(env.save()));
  }
  expect(seen).toEqual(states);
});

test("what cannot be a start is refused", () => {
  expect(() => withNoOpStarts(new Catch(), { most: -1 })).toThrow(ConfigError);
  expect(() => withRecordedStarts(new Catch(), [])).toThrow(
    "expected recorded episodes of a step or more each",
  );
  const over = withRecordedStarts(new Catch(), [{ seed: 1, actions: Array(30).fill(1) }]);
  expect(() => {
    for (let k = 0; k < 50; k++) over.reset(null, Rng.seed(k), observation);
  }).toThrow("expected an episode of catch that lasts 30 steps with seed 1, got one that ends before");
});
