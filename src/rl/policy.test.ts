import { expect, test } from "vitest";
import { gaussian } from "../distributions/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, type Tensor, tensor } from "../tensor/index.js";
import { mlpActorCritic } from "./actor-critic.js";
import { actionNoise, policyOf } from "./policy.js";

const rng = Rng.seed(3);
const float64 = (data: number[] | number[][]) => tensor(data, { dtype: "float64" });
const box = { kind: "box", shape: [2], low: [-1, 2], high: [3, 5] } as const;
const mean = float64([[0.3, -0.7]]);
const logStd = float64([-0.5, 0.2]);

test("squashed actions stay within their bounds, which are reached far out", () => {
  const policy = policyOf(box, mean, logStd, true);
  const at = (x: number) => [...policy.sampleFrom(float64([[x, x]])).data()];
  expect(at(-100)).toEqual([-1, 2]);
  expect(at(100)).toEqual([3, 5]);
  const [a, b] = policy.mode().data();
  expect(a).toBeCloseTo(1 + 2 * Math.tanh(0.3), 12);
  expect(b).toBeCloseTo(3.5 + 1.5 * Math.tanh(-0.7), 12);
});

test("the density of squashed actions is that of the Gaussian below, by the change of variables", () => {
  const policy = policyOf(box, mean, logStd, true);
  const x = [0.8, -1.1];
  const action = [1 + 2 * Math.tanh(x[0]!), 3.5 + 1.5 * Math.tanh(x[1]!)];
  const slope = (1 - Math.tanh(x[0]!) ** 2) * 2 * (1 - Math.tanh(x[1]!) ** 2) * 1.5;
  const below = gaussian(mean, logStd)
    .logProb(float64([x]))
    .item();
  expect(policy.logProb(float64([action])).item()).toBeCloseTo(below - Math.log(slope), 10);
});

test("squashed policies are learned like others: derivatives are those of finite differences", () => {
  const spec = { observation: { kind: "box", shape: [2], low: -1, high: 1 }, action: box } as const;
  const net = mlpActorCritic(spec, { hidden: [3], squash: true });
  const actions = float64([[0.5, 3], [2, 4.5]]); // biome-ignore format: rows
  checkGradients(
    (p: ReturnType<typeof net.init>) => {
      const { policy, value } = net.apply(p, float64([[0.1, -0.4], [0.7, 0.2]])); // biome-ignore format: rows
      return policy.logProb(actions).sum().add(policy.entropy().sum()).add(value.sum());
    },
    net.init(rng, "float64"),
  );
});

test("what has no bounds cannot be squashed", () => {
  const observation = { kind: "box", shape: [2], low: -1, high: 1 } as const;
  const open = { kind: "box", shape: [2], low: -1, high: Number.POSITIVE_INFINITY } as const;
  for (const action of [open, { kind: "discrete", size: 3 } as const]) {
    expect(() => mlpActorCritic({ observation, action }, { squash: true })).toThrow(
      "mlpActorCritic: squash needs a box of actions with finite bounds, got another space",
    );
  }
});

test("a row's noise has a number for each choice", () => {
  const shapes: readonly Tensor[] = [
    actionNoise(box, rng, 4),
    actionNoise({ kind: "discrete", size: 3 }, rng, 4),
  ];
  expect(shapes.map(({ shape }) => shape)).toEqual([
    [4, 2],
    [4, 3],
  ]);
});
