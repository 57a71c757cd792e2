/**
 * A2C that tunes its own return by meta-gradient: the discount γ, the trace λ, and the weights of its loss.
 *
 *     γ = sigmoid(η_γ), λ = sigmoid(η_λ), and alike the weights b and c
 *     f(τ, θ, η): one update of A2C by them                      control form, eq. 12 and 13
 *     J'(τ', θ', η̄) = − mean log π_θ'(a|s) (g_η̄(τ') − v_θ'(s)),  the advantage held      eq. 14
 *
 * The networks take γ and λ as inputs (the paper's conditioned value and policy), so that the value need not be learned anew
 * each time that they move; no derivative flows back through those inputs.
 *
 * Source: Xu, van Hasselt & Silver 2018, https://arxiv.org/abs/1805.09801, §2 and §3
 * Differs: A2C on whole trajectories where the paper has IMPALA with V-trace; the embedding of η is a part of the dense
 *   layer's input. In J' the networks take the outer γ̄ and λ̄, whose value g is compared with. η may hold the
 *   weights of value and entropy, too, as in Zahavy et al. 2020, https://arxiv.org/abs/2002.12928.
 *
 * @module
 */
import { compile } from "../engine/index.js";
import { ConfigError } from "../errors.js";
import { log } from "../math.js";
import { type GradientTransform, initTrainState, type TrainState } from "../optim/index.js";
import { type ActorCritic, a2c, actor, type OnPolicyAgent, type Trajectory } from "../rl/index.js";
import { type Params, scalar, sigmoid, stack, stopGradient, type Tensor } from "../tensor/index.js";
import * as metaGradient from "./meta-gradient.js";

/** What can be tuned, in the order in which the networks take it. */
const TUNABLE = ["gamma", "lambda", "valueWeight", "entropyWeight"] as const;
export type Tunable = (typeof TUNABLE)[number];

/** Numbers in (0, 1), as the sigmoid gives them. */
type Settings = Readonly<Record<Tunable, number>>;

export interface SelfTunedA2cOptions {
  /** What is tuned; the rest stays as it begins. */
  readonly tune: readonly Tunable[];
  /** What everything begins with. Those that are tuned must be in (0, 1). Default: 0.99, 0.95, 0.5, 0.01. */
  readonly start?: Partial<Settings>;
  /** The outer loss's γ̄ and λ̄. Default: 0.995 and 1 (the paper's best). */
  readonly outer?: { readonly gamma?: number; readonly lambda?: number };
  /** The trace's decay. Default: 0 (the paper's Atari agents). */
  readonly mu?: metaGradient.TraceDecay;
  /** Whether the networks take γ and λ; they must have been made with a context of 2. Default: true. */
  readonly conditioned?: boolean;
}

/** η by name, before the sigmoid. */
export type Eta = { readonly [name in Tunable]?: Tensor };

export type SelfTunedState<P extends Params> = metaGradient.MetaGradientState<TrainState<P>, Params & Eta>;

/** What acts: the parameters, and the η that the networks take. */
export type SelfTunedModel<P extends Params> = { readonly params: P; readonly eta: Params & Eta };

/**
 * Makes the agent. Its programs are compiled.
 *
 * @param net with a context of 2 where it is conditioned
 * @throws ConfigError for a start outside of (0, 1), or nothing to tune
 */
export function agent<P extends Params>(
  net: ActorCritic<P>,
  optimizer: GradientTransform,
  metaOptimizer: GradientTransform,
  { tune, start, outer, mu = 0, conditioned = true }: SelfTunedA2cOptions,
): OnPolicyAgent<SelfTunedState<P>, SelfTunedModel<P>> {
  const begin: Settings = { gamma: 0.99, lambda: 0.95, valueWeight: 0.5, entropyWeight: 0.01, ...start };
  if (tune.length === 0) throw new ConfigError("selfTunedA2c: tune must name something, got nothing");
  for (const name of tune) {
    if (begin[name] > 0 && begin[name] < 1) continue;
    throw new ConfigError(`selfTunedA2c: start.${name} must be in (0, 1) to be tuned, got ${begin[name]}`);
  }
  const settingsOf = (eta: Params & Eta) => {
    const named = TUNABLE.map((name) => [name, eta[name] ? sigmoid(eta[name]) : scalar(begin[name])]);
    return Object.fromEntries(named) as Record<Tunable, Tensor>;
  };
  const told = (gamma: Tensor, lambda: Tensor) =>
    conditioned ? { context: stopGradient(stack([gamma, lambda])) } : {};
  const optionsOf = (eta: Params & Eta): a2c.A2cOptions => {
    const settings = settingsOf(eta);
    return { ...settings, ...told(settings.gamma, settings.lambda) };
  };
  const { gamma: outerGamma = 0.995, lambda: outerLambda = 1 } = outer ?? {};
  const outerOptions = {
    ...{ gamma: outerGamma, lambda: outerLambda, valueWeight: 0, entropyWeight: 0 },
    ...told(scalar(outerGamma), scalar(outerLambda)),
  };
  const rule: metaGradient.SelfTuned<TrainState<P>, P, Params & Eta, Trajectory> = {
    update: (state, trajectory, eta) => a2c.update(net, optimizer, state, trajectory, optionsOf(eta))[0],
    params: ({ params }) => params,
    outerLoss(params, trajectory) {
      const { returns, advantages } = a2c.targets(net, params, trajectory, outerOptions);
      const held = { returns: stopGradient(returns), advantages: stopGradient(advantages) };
      return a2c.loss(net, params, trajectory, held, outerOptions)[0];
    },
  };
  const learn = compile(
    (state: SelfTunedState<P>, trajectory: Trajectory): [SelfTunedState<P>, Record<string, Tensor>] => {
      const [next, { outerLoss }] = metaGradient.step(rule, metaOptimizer, state, trajectory, mu);
      const settings = settingsOf(next.eta);
      const tuned = Object.fromEntries(tune.map((name) => [name, settings[name]]));
      return [next, { outerLoss, ...tuned }];
    },
    { donate: [0] },
  );
  return {
    action: net.action,
    init(rng) {
      const eta = Object.fromEntries(tune.map((name) => [name, scalar(logit(begin[name]))]));
      return metaGradient.init(rule, metaOptimizer, initTrainState(net.init(rng), optimizer), eta, mu);
    },
    model: ({ agent: { params }, eta }) => ({ params, eta }),
    act: actor(net.action, ({ params, eta }: SelfTunedModel<P>, observations) => {
      return net.apply(params, observations, optionsOf(eta).context).policy;
    }),
    learn: (state, trajectory) => learn(state, trajectory),
  };
}

function logit(p: number): number {
  return log(p / (1 - p));
}
