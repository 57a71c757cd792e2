import { expect, test } from "vitest";
import { CartPole, Catch, envBatch, environmentSource, Pendulum, workerBatch } from "../envs/index.js";
import { sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { type Tensor, tensor, tree } from "../tensor/index.js";
import * as a2c from "./a2c.js";
import { mlpActorCritic } from "./actor-critic.js";
import { OnPolicy, playOnPolicy } from "./on-policy.js";
import type { Trajectory } from "./trajectory.js";

const rng = Rng.seed(4);
const catchers = (count: number) =>
  new OnPolicy(envBatch(Array.from({ length: count }, () => new Catch())), {
    steps: 12,
    rng: rng.fork("world"),
  });
/** Acts by chance, by a stream of the row. */
const byChance = (observations: Tensor, stream: Rng): Tensor => {
  const rows = observations.shape[0]!;
  return tensor(Int32Array.from({ length: rows }, (_, row) => stream.fork("row", row).integer(3)));
};
const numbers = (trajectory: Trajectory) =>
  [trajectory.observations, trajectory.actions, trajectory.rewards, trajectory.continues].map((x) => [
    ...x.data(),
  ]);

test("an end is marked where it happens, and the next episode's first observation follows", () => {
  const { observations, rewards, continues, cut } = catchers(2).next(byChance, rng.fork("a"));
  expect(cut).toBeUndefined(); // Catch always terminates
  expect(observations.shape).toEqual([13, 2, 10, 5]);
  const seen = observations.data();
  for (let t = 0; t < 12; t++) {
    for (const row of [0, 1]) {
      const isEnd = t === 8; // a ball falls for 9 steps
      expect(continues.data()[t * 2 + row]).toBe(isEnd ? 0 : 1);
      expect(Math.abs(rewards.data()[t * 2 + row]!)).toBe(isEnd ? 1 : 0);
      const next = ((t + 1) * 2 + row) * 50;
      const ball = seen.subarray(next, next + 50).indexOf(1);
      expect(Math.floor(ball / 5)).toBe((t + 1) % 9);
    }
  }
});

test("what time cut off is told with its last observation", () => {
  const world = new OnPolicy(envBatch([new Pendulum(), new Pendulum()]), { steps: 210, rng });
  const still = (x: Tensor) => tensor(new Float32Array(x.shape[0]!), { shape: [x.shape[0]!, 1] });
  const { continues, cut, observations } = world.next(still, rng.fork("b"));
  const cuts = [...cut!.truncated.data()].flatMap((x, i) => (x === 1 ? [i] : []));
  expect(cuts).toEqual([398, 399]); // step 199 of both rows
  expect([...continues.data()].flatMap((x, i) => (x === 0 ? [i] : []))).toEqual(cuts);
  const last = cut!.observations.data().subarray(398 * 3, 399 * 3);
  const after = observations.data().subarray(400 * 3, 401 * 3);
  expect(Math.hypot(last[0]!, last[1]!)).toBeCloseTo(1, 5); // a cosine and a sine
  expect([...last]).not.toEqual([...after]);
  expect(
    cut!.observations
      .data()
      .subarray(0, 398 * 3)
      .every((x) => x === 0),
  ).toBe(true);
});

test("a row's experience does not depend on how many rows there are", () => {
  const [few, many] = [catchers(2).next(byChance, rng.fork("c")), catchers(5).next(byChance, rng.fork("c"))];
  expect([...few.rewards.slice([0, 1]).data()]).toEqual([...many.rewards.slice([0, 1], [12, 2]).data()]);
  expect([...few.observations.slice([0, 0]).data()]).toEqual([
    ...many.observations.slice([0, 0], [13, 2]).data(),
  ]);
});

test("goes on with the same bits where it was saved in mid-episode", async () => {
  const [first, second] = [catchers(3), catchers(3)];
  first.next(byChance, rng.fork("d", 0));
  const saved = await first.save();
  const expected = numbers(first.next(byChance, rng.fork("d", 1)));
  second.next(byChance, rng.fork("other"));
  second.restore(saved);
  expect(numbers(second.next(byChance, rng.fork("d", 1)))).toEqual(expected);
  expect(second.takeEpisodes()).toEqual(first.takeEpisodes());
  expect(second.steps).toBe(first.steps);
  expect(() => catchers(2).restore(saved)).toThrow("episodes: expected what save() gave for 2 rows");
});

test("episodes are told with their returns and lengths, once", () => {
  const world = new OnPolicy(envBatch([new CartPole()]), { steps: 200, rng });
  world.next((x) => tensor(new Int32Array(x.shape[0]!)), rng.fork("e"));
  const episodes = world.takeEpisodes();
  expect(episodes.length).toBeGreaterThan(10);
  for (const { return: total, length } of episodes) expect(total).toBe(length);
  expect(world.takeEpisodes()).toEqual([]);
});

test("a reward that is no number is refused with its row", () => {
  class Broken extends Catch {
    override step(...args: Parameters<Catch["step"]>) {
      return { ...super.step(...args), reward: Number.NaN };
    }
  }
  const world = new OnPolicy(envBatch([new Catch(), new Broken()]), { steps: 3, rng });
  expect(() => world.next(byChance, rng)).toThrow("catch: row 1: expected a finite reward, got NaN");
});

test("an agent learns the same bits, whatever threads its environments are in", {
  tags: ["slow"],
}, async () => {
  const learner = a2c.agent(mlpActorCritic(new CartPole().spec, { hidden: [8] }), sgd(0.1));
  const learned = async (workers: number) => {
    const batch = await workerBatch(environmentSource("cart-pole"), { count: 5, workers });
    const play = playOnPolicy(learner, batch, { steps: 40, rng: rng.fork("threads") });
    let state = learner.init(rng);
    for (let k = 0; k < 3; k++) [state] = play.step(state, rng.fork("step", k));
    const episodes = play.takeEpisodes();
    play.close();
    return [tree.leaves(state).map((leaf) => [...leaf.data()]), episodes];
  };
  expect(await learned(2)).toEqual(await learned(1));
});
