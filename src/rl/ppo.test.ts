import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Catch, envBatch } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, type Tensor, tensor } from "../tensor/index.js";
import { mlpActorCritic } from "./actor-critic.js";
import { OnPolicy } from "./on-policy.js";
import { playEpisodes } from "./play-episodes.js";
import { agent, loss, optimizer, type PpoBatch, type PpoOptions, prepare } from "./ppo.js";

const rng = Rng.seed(4);
const spec = {
  observation: { kind: "box", shape: [2], low: -1, high: 1 },
  action: { kind: "discrete", size: 3 },
} as const;
const net = mlpActorCritic(spec, { hidden: [4] });
const params = net.init(rng.fork("init"), "float64");
const n = 6;
const uniform = (name: string, shape: readonly number[], low = -1, high = 1) =>
  tensor(rng.fork(name).fillUniform(new Float64Array(shape.reduce((a, b) => a * b)), low, high), {
    shape,
    dtype: "float64",
  });
const batch: PpoBatch = {
  observations: uniform("observations", [n, 2]),
  actions: tensor(Int32Array.of(0, 2, 1, 1, 0, 2)),
  logProbs: uniform("logProbs", [n], -1.8, -0.6),
  values: uniform("values", [n]),
  advantages: uniform("advantages", [n], -2, 2),
};

/** The loss in plain numbers, as CleanRL's ppo.py computes it. */
function plainLoss({
  clip = 0.2,
  clipValue = true,
  normalizeAdvantages = true,
  valueWeight = 0.5,
  entropyWeight = 0.01,
  objective = "clip",
}: PpoOptions) {
  const { policy, value } = net.apply(params, batch.observations);
  const [logProbs, values, entropies] = [policy.logProb(batch.actions), value, policy.entropy()].map((x) =>
    Array.from(x.data()),
  ) as [number[], number[], number[]];
  const [oldLogProbs, oldValues, raw] = [batch.logProbs, batch.values, batch.advantages].map((x) =>
    Array.from(x.data()),
  ) as [number[], number[], number[]];
  const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b) / xs.length;
  const deviation = Math.sqrt(raw.reduce((sum, x) => sum + (x - mean(raw)) ** 2, 0) / (n - 1));
  const advantages = normalizeAdvantages ? raw.map((x) => (x - mean(raw)) / (deviation + 1e-8)) : raw;
  const policyLoss = mean(
    advantages.map((a, i) => {
      const ratio = Math.exp(logProbs[i]! - oldLogProbs[i]!);
      if (objective === "clip") {
        return Math.max(-a * ratio, -a * Math.min(Math.max(ratio, 1 - clip), 1 + clip));
      }
      const drift =
        a < 0
          ? Math.max(0, a * Math.log(ratio) - 0.6 * Math.tanh((a * Math.log(ratio)) / 0.6))
          : Math.max(0, (ratio - 1) * a - 2 * Math.tanh(((ratio - 1) * a) / 2));
      return -(ratio * a - drift);
    }),
  );
  const valueLoss = mean(
    values.map((v, i) => {
      const target = raw[i]! + oldValues[i]!;
      const near = oldValues[i]! + Math.min(Math.max(v - oldValues[i]!, -clip), clip);
      return 0.5 * (clipValue ? Math.max((v - target) ** 2, (near - target) ** 2) : (v - target) ** 2);
    }),
  );
  return policyLoss + valueWeight * valueLoss - entropyWeight * mean(entropies);
}

describe("the loss", () => {
  test.each<PpoOptions>([
    {},
    { clipValue: false, normalizeAdvantages: false },
    { clip: 0.1, valueWeight: 0.7, entropyWeight: 0.05 },
    { objective: "dpo" },
    { objective: "dpo", normalizeAdvantages: false },
  ])("is that of plain numbers: %o", (options) => {
    expect(loss(net, params, batch, options)[0].item()).toBeCloseTo(plainLoss(options), 12);
  });

  test.each(["clip", "dpo"] as const)("has the derivatives of finite differences: %s", (objective) => {
    checkGradients((p: typeof params) => loss(net, p, batch, { objective })[0], params);
  });

  test("DPO's drift has no slope where the policy is the old one", () => {
    const { policy } = net.apply(params, batch.observations);
    const same = { ...batch, logProbs: policy.logProb(batch.actions) };
    const [, { policyLoss, kl }] = loss(net, params, same, { objective: "dpo", normalizeAdvantages: false });
    const [, clip] = loss(net, params, same, { normalizeAdvantages: false });
    expect(policyLoss.item()).toBeCloseTo(clip.policyLoss.item(), 12);
    expect(kl.item()).toBeCloseTo(0, 12);
  });
});

test("a trajectory is judged before it is learned from: GAE of the old values, row by row", () => {
  const batchOf = envBatch(Array.from({ length: 3 }, () => new Catch()));
  const catcher = mlpActorCritic(batchOf.spec, { hidden: [8] });
  const theta = catcher.init(rng.fork("catch"));
  const play = new OnPolicy(batchOf, { steps: 5, rng: rng.fork("play") });
  const act = (x: Tensor) => tensor(new Int32Array(x.shape[0]!).fill(1));
  const trajectory = play.next(act, rng.fork("act"));
  const judged = prepare(catcher, theta, trajectory, { gamma: 0.9, lambda: 0.8 });
  const { value } = catcher.apply(theta, trajectory.observations.reshape(18, 50));
  const v = value.data();
  const r = trajectory.rewards.data();
  const expected: number[] = [];
  for (let t = 4; t >= 0; t--) {
    for (let b = 0; b < 3; b++) {
      const delta = r[3 * t + b]! + 0.9 * v[3 * (t + 1) + b]! - v[3 * t + b]!;
      expected[3 * t + b] = delta + (t < 4 ? 0.9 * 0.8 * expected[3 * (t + 1) + b]! : 0);
    }
  }
  for (const [i, a] of judged.advantages.data().entries()) expect(a).toBeCloseTo(expected[i]!, 5);
  expect(judged.observations.shape).toEqual([15, 10, 5]);
});

test("epochs and minibatches that cannot be are refused", () => {
  expect(() => agent(net, optimizer({ lr: 0.001 }), { epochs: 0 })).toThrow(
    "ppo: epochs must be an integer >= 1, got 0",
  );
  const play = new OnPolicy(envBatch([new Catch()]), { steps: 5, rng });
  const catcher = mlpActorCritic(new Catch().spec, { hidden: [4] });
  const learner = agent(catcher, optimizer({ lr: 0.001 }), { minibatches: 4 });
  const state = learner.init(rng);
  const trajectory = play.next((x, draws) => learner.act(learner.model(state), x, draws), rng);
  expect(() => learner.learn(state, trajectory, rng)).toThrow(
    "ppo: minibatches must share out the 5 steps of a trajectory, got 4",
  );
});

test("learns to catch within 60,000 frames", { tags: ["slow"] }, () => {
  const envs = () => envBatch(Array.from({ length: 16 }, () => new Catch()));
  const play = new OnPolicy(envs(), { steps: 32, rng: Rng.seed(0) });
  const learner = agent(mlpActorCritic(new Catch().spec), optimizer({ lr: 1e-3 }), {});
  let state = learner.init(Rng.seed(1));
  for (let k = 0; k < 60_000 / (16 * 32); k++) {
    const step = Rng.seed(2).fork("step", k);
    const model = learner.model(state);
    const trajectory = play.next((x, draws) => learner.act(model, x, draws), step);
    [state] = learner.learn(state, trajectory, step.fork("learn"));
  }
  const episodes = playEpisodes(envs(), (x, draws) => learner.act(learner.model(state), x, draws), {
    episodes: 100,
    rng: Rng.seed(3),
  });
  expect(episodes.filter((episode) => episode.return === 1).length).toBeGreaterThan(95);
});

test("the compiled loss is the eager one", () => {
  const theta = net.init(rng.fork("init"));
  const cast = Object.fromEntries(
    Object.entries(batch).map(([name, x]) => [name, x.dtype === "float64" ? x.cast("float32") : x]),
  ) as PpoBatch;
  const compiled = compile((p: typeof theta, b: PpoBatch) => loss(net, p, b)[0]);
  expect(compiled(theta, cast).item()).toBeCloseTo(loss(net, theta, cast)[0].item(), 5);
});
