import { describe, expect, test } from "vitest";
import { DiscountingChain, envBatch } from "../envs/index.js";
import { adam, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { mlpActorCritic, OnPolicy, type OnPolicyAgent } from "../rl/index.js";
import { agent, type SelfTunedState } from "./self-tuned-a2c.js";

const spec = new DiscountingChain().spec;
const net = mlpActorCritic(spec, { hidden: [8], context: 2 });

/** What γ and λ are after some trajectories of the chain, step by step. */
function tuned(options: Partial<Parameters<typeof agent>[3]> = {}, updates = 5) {
  const learner = agent(net, sgd(0.1), adam(0.05), { tune: ["gamma", "lambda"], ...options });
  const play = new OnPolicy(envBatch(Array.from({ length: 4 }, () => new DiscountingChain())), {
    steps: 12,
    rng: Rng.seed(0),
  });
  let state = learner.init(Rng.seed(1));
  const settings: Record<string, number>[] = [];
  for (let k = 0; k < updates; k++) {
    const rng = Rng.seed(2).fork("step", k);
    const model = learner.model(state);
    const trajectory = play.next((x, draws) => learner.act(model, x, draws), rng);
    const [next, metrics] = learner.learn(state, trajectory, rng);
    state = next;
    settings.push(Object.fromEntries(Object.entries(metrics).map(([name, x]) => [name, x.item()])));
  }
  return { state: state as SelfTunedState<never>, settings };
}

describe("what is tuned", () => {
  test("begins where it is told, stays in (0, 1), and moves once an update has been judged", () => {
    const { settings } = tuned({ start: { gamma: 0.9, lambda: 0.7 } });
    expect(settings[0]!.gamma).toBeCloseTo(0.9, 5); // nothing has been learned yet that could be judged
    expect(settings[0]!.lambda).toBeCloseTo(0.7, 5);
    for (const { gamma, lambda } of settings) {
      expect(gamma).toBeGreaterThan(0);
      expect(gamma).toBeLessThan(1);
      expect(lambda).toBeGreaterThan(0);
      expect(lambda).toBeLessThan(1);
    }
    expect(settings.at(-1)!.gamma).not.toBeCloseTo(0.9, 4);
    expect(settings.at(-1)!.lambda).not.toBeCloseTo(0.7, 4);
  });

  test("the rest stays as it begins", () => {
    const { state, settings } = tuned({ tune: ["entropyWeight"] });
    expect(Object.keys(state.eta)).toEqual(["entropyWeight"]);
    expect(Object.keys(settings[0]!)).toEqual(["outerLoss", "entropyWeight"]);
  });

  test("depends on μ, and on whether the networks are conditioned", () => {
    const last = (options: object) => tuned(options).settings.at(-1)!.gamma;
    expect(last({ mu: 0 })).not.toBe(last({ mu: 0.9 }));
    expect(last({ mu: "exact" })).not.toBe(last({ mu: 1 }));
    expect(last({ outer: { gamma: 0.5 } })).not.toBe(last({}));
    const plain = agent(mlpActorCritic(spec, { hidden: [8] }), sgd(0.1), adam(0.05), {
      tune: ["gamma"],
      conditioned: false,
    }) as OnPolicyAgent;
    expect(plain.init(Rng.seed(0))).toBeDefined();
  });
});

test.each([
  [{ tune: [] }, "selfTunedA2c: tune must name something, got nothing"],
  [
    { tune: ["lambda"], start: { lambda: 1 } },
    "selfTunedA2c: start.lambda must be in (0, 1) to be tuned, got 1",
  ],
  [
    { tune: ["gamma"], start: { gamma: 0 } },
    "selfTunedA2c: start.gamma must be in (0, 1) to be tuned, got 0",
  ],
  [{ tune: ["gamma"], mu: 1.5 }, 'metaGradient: mu must be in [0, 1] or "exact", got 1.5'],
])("%o is refused", (options, message) => {
  const make = () => agent(net, sgd(0.1), adam(0.05), options as never).init(Rng.seed(0));
  expect(make).toThrow(message);
});
