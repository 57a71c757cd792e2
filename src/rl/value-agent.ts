/**
 * What agents have in common that learn values of actions from a replay: exploring, a target network, one compiled update.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import { ConfigError } from "../errors.js";
import type { LayerNoise } from "../nn/index.js";
import { descend, type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import {
  argMax,
  equal,
  floor,
  type Params,
  select,
  type Tensor,
  tree,
  valueAndGrad,
} from "../tensor/index.js";
import type { ReplayAgent } from "./agent.js";
import { type EpsilonOptions, epsilonGreedy } from "./epsilon.js";
import type { QNetwork } from "./q-network.js";
import type { Transitions } from "./transitions.js";

export interface ValueAgentOptions {
  /** Updates after which the target network is made anew. Default: 1000. */
  readonly syncEvery?: number;
  /** How often actions are drawn at random. */
  readonly epsilon?: EpsilonOptions;
}

/** θ with its optimiser, and the target network's θ⁻. */
export type ValueState<P extends Params = Params> = { readonly online: TrainState<P>; readonly target: P };

/** A loss, a scalar, with what was measured, and `[n]`, how much of each transition is left to be learned. */
export type ValueLoss = [loss: Tensor, aux: { readonly metrics: ValueMetrics; readonly errors: Tensor }];

/** Scalars of an update. */
export type ValueMetrics = {
  readonly loss: Tensor;
  /** Mean of Q(s, a). */
  readonly value: Tensor;
};

/** Noise of the three applications of an update; empty lists where the network is not noisy. */
export type UpdateNoise = {
  /** The noise of Q(s, ·; θ). */
  readonly online: readonly LayerNoise[];
  /** The noise of Q(s', ·; θ), which chooses. */
  readonly choice: readonly LayerNoise[];
  /** The noise of Q(s', ·; θ⁻). */
  readonly target: readonly LayerNoise[];
};

export const NO_NOISE: UpdateNoise = { online: [], choice: [], target: [] };

/** What differs among agents that learn values of actions from a replay. */
export interface ValueRule<P extends Params> {
  /** The values of actions, `[n, A]`, of what the network gives. */
  values(outputs: Tensor): Tensor;
  /** Returns the loss as a function of θ, with the targets held. */
  loss(
    params: P,
    target: P,
    transitions: Transitions,
    weights: Tensor,
    noise: UpdateNoise,
  ): (theta: P) => ValueLoss;
}

/** Makes an agent by its rule. @throws ConfigError */
export function valueAgent<P extends Params>(
  net: QNetwork<P>,
  optimizer: GradientTransform,
  { syncEvery = 1000, epsilon }: ValueAgentOptions,
  rule: ValueRule<P>,
): ReplayAgent<ValueState<P>, P> {
  if (!Number.isInteger(syncEvery) || syncEvery < 1) {
    throw new ConfigError(`valueAgent: syncEvery must be an integer >= 1, got ${syncEvery}`);
  }
  const chance = epsilonGreedy(net.action, epsilon);
  const greedy = compile(
    (params: P, observations: Tensor, noise: readonly LayerNoise[]) =>
      argMax(rule.values(net.apply(params, observations, noise.length > 0 ? noise : undefined))),
    { hold: [0] },
  );
  const update = compile(
    (
      { online, target }: ValueState<P>,
      transitions: Transitions,
      weights: Tensor,
      noise: UpdateNoise,
    ): [ValueState<P>, ValueMetrics, Tensor] => {
      const objective = rule.loss(online.params, target, transitions, weights, noise);
      const [[, { metrics, errors }], gradient] = valueAndGrad(objective, { hasAux: true })(online.params);
      const next = descend(optimizer, online, gradient);
      return [{ online: next, target: synced(next, target, syncEvery) }, metrics, errors];
    },
    { donate: [0] },
  );
  return {
    action: net.action,
    init(rng) {
      const params = net.init(rng); // and a copy, because the state's memory is used again
      return { online: initTrainState(params, optimizer), target: tree.map((p) => p.mul(1), params) };
    },
    model: ({ online }) => online.params,
    act: (params, observations, rng) => chance.mix(greedy(params, observations, []), chance.judged, rng),
    explore({ online: { params } }, steps) {
      const share = chance.at(steps);
      return (observations, rng) => {
        if (net.isNoisy) return greedy(params, observations, net.noise(rng.fork("noise")));
        return chance.mix(greedy(params, observations, []), share, rng);
      };
    },
    learn(state, transitions, weights, rng) {
      const noise = {
        online: net.noise(rng.fork("online")),
        choice: net.noise(rng.fork("choice")),
        target: net.noise(rng.fork("target")),
      };
      return update(state, transitions, weights, noise);
    },
  };
}

/** θ in every `every`-th step, else θ⁻. */
function synced<P extends Params>({ params, step }: TrainState<P>, target: P, every: number): P {
  // from the middle of a step, because a quotient may be rounded down
  const rounds = floor(step.cast("float32").add(0.5).div(every)).cast("int32");
  const isDue = equal(rounds.mul(every), step);
  return tree.map((p, old) => select(isDue, p, old), params, target);
}
