/**
 * Proximal policy optimisation (PPO).
 *
 * A trajectory is used for several epochs of minibatches. What keeps the policy near the one that played is the loss:
 *
 *     ρ = π(a|s) / π_old(a|s),  Â the generalised advantage
 *     clip:  L_π = mean max(−ρ Â, −clip(ρ, 1 − ε, 1 + ε) Â)
 *     DPO:   L_π = − mean (ρ Â − d(ρ, Â)),  d the drift below
 *     L = L_π + b mean ½ (v(s) − g)² − c mean H(π(·|s)),  g = Â + v_old(s)
 *
 * DPO's drift, found by meta-learning and written down, with α = 2 and β = 0.6:
 *
 *     Â ≥ 0:  relu((ρ − 1) Â − α tanh((ρ − 1) Â / α))
 *     Â < 0:  relu(Â log ρ − β tanh(Â log ρ / β))
 *
 * Source: Schulman et al. 2017, https://arxiv.org/abs/1707.06347; Lu et al. 2022, https://arxiv.org/abs/2210.05639, eq. 8
 * Checked against: vwxyzjn/cleanrl, ppo.py; the details are those of Huang et al. 2022,
 *   https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details, by their numbers there
 *
 * @module
 */
import { compile } from "../engine/index.js";
import {
  adam,
  chain,
  clipByGlobalNorm,
  descend,
  type GradientTransform,
  initTrainState,
  schedule,
  type TrainState,
} from "../optim/index.js";
import {
  clamp,
  exp,
  greater,
  less,
  log,
  maximum,
  moveAxis,
  type Params,
  relu,
  select,
  type Tensor,
  tanh,
  tree,
  valueAndGrad,
  zeros,
} from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { ActorCritic, Judgement } from "./actor-critic.js";
import type { OnPolicyAgent } from "./agent.js";
import { expectMinibatches, minibatches, rowsOf } from "./minibatches.js";
import { actor } from "./policy.js";
import { recallOf, remembered } from "./recall.js";
import { gae } from "./returns.js";
import { judgeSteps, type Trajectory, valuesAfter } from "./trajectory.js";

export interface PpoOptions {
  /** Discount γ. Default: 0.99. */
  readonly gamma?: number;
  /** λ of the advantages (detail 5). Default: 0.95. */
  readonly lambda?: number;
  /** What keeps the policy near the one that played. Default: "clip". */
  readonly objective?: "clip" | "dpo";
  /** ε. Default: 0.2. */
  readonly clip?: number;
  /** Whether a value may not move further than ε in a loss (detail 9). Default: true. */
  readonly clipValue?: boolean;
  /** Whether advantages have mean 0 and deviation 1 in each minibatch (detail 7). Default: true. */
  readonly normalizeAdvantages?: boolean;
  /** Weight b. Default: 0.5. */
  readonly valueWeight?: number;
  /** Weight c. Default: 0.01. */
  readonly entropyWeight?: number;
  /** Passes over a trajectory. Default: 4. */
  readonly epochs?: number;
  /** Minibatches of a pass, of equal size (detail 6). Default: 4. */
  readonly minibatches?: number;
}

/** The rows of a minibatch, `[n, …]` each; of a network that remembers, whole sequences, `[n, T, …]` each. */
export type PpoBatch = {
  readonly observations: Tensor;
  readonly actions: Tensor;
  /** log π_old(a|s). */
  readonly logProbs: Tensor;
  /** v_old(s). */
  readonly values: Tensor;
  readonly advantages: Tensor;
  /** Whether the episode goes on, `[n, T]`, and what was remembered before the first step, `[n, size]`. */
  readonly continues?: Tensor;
  readonly memory?: Tensor;
};

/** Scalars of a minibatch. */
export type PpoMetrics = {
  readonly policyLoss: Tensor;
  readonly valueLoss: Tensor;
  readonly entropy: Tensor;
  /** Mean of ρ − 1 − log ρ, an estimate of KL(π_old ‖ π) that is never negative (detail 12). */
  readonly kl: Tensor;
  /** Share of ratios beyond ε. */
  readonly clipped: Tensor;
};

/**
 * Judges a trajectory before it is learned from: the rows of all its steps, `[T · B, …]`, or its sequences, `[B, T, …]`.
 * Traceable.
 */
export function prepare<P extends Params>(
  net: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  { gamma = 0.99, lambda = 0.95 }: PpoOptions = {},
): PpoBatch {
  const { observations, actions, rewards, continues } = trajectory;
  const { logProbs, values } = judgeSteps(net, params, trajectory);
  const nextValues = valuesAfter(net, params, trajectory, values);
  const advantages = gae({ rewards, continues, nextValues }, values, gamma, lambda);
  const [T, B] = rewards.shape as [number, number];
  const steps = { observations: observations.slice([0], [T]), actions, logProbs, values, advantages };
  if (net.recall === undefined) return tree.map((x) => x.reshape(T * B, ...x.shape.slice(2)), steps);
  const memory = trajectory.memory ?? zeros([B, net.recall.size], observations.dtype);
  return { ...tree.map((x) => moveAxis(x, 1, 0), { ...steps, continues }), memory };
}

/** Judges the rows of a minibatch; of sequences, all their steps, `[n · T, …]`. */
function judgeRows<P extends Params>(
  { apply, recall }: ActorCritic<P>,
  params: P,
  { observations, continues, memory }: PpoBatch,
): Judgement {
  if (recall === undefined) return apply(params, observations);
  const sequences = {
    observations: moveAxis(observations, 1, 0),
    continues: moveAxis(continues!, 1, 0),
    memory: memory!,
  };
  return recall.judge(params, moveAxis(remembered(recall, params, sequences), 1, 0).reshape(-1, recall.size));
}

/** Returns the loss of a minibatch, a scalar, and its parts. */
export function loss<P extends Params>(
  net: ActorCritic<P>,
  params: P,
  batch: PpoBatch,
  {
    objective = "clip",
    clip = 0.2,
    clipValue = true,
    normalizeAdvantages = true,
    valueWeight = 0.5,
    entropyWeight = 0.01,
  }: PpoOptions = {},
): [loss: Tensor, metrics: PpoMetrics] {
  expectTensors("ppo.loss", batch.observations, batch.actions, batch.logProbs);
  const { policy, value } = judgeRows(net, params, batch);
  const perRow = (x: Tensor) => x.reshape(value.size, ...x.shape.slice(batch.values.rank));
  const [actions, oldValues, raw] = [batch.actions, batch.values, batch.advantages].map(perRow) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const logRatio = policy.logProb(actions).sub(perRow(batch.logProbs));
  const ratio = exp(logRatio);
  const advantages = normalizeAdvantages ? normalized(raw) : raw;
  const policyLoss =
    objective === "clip"
      ? maximum(
          ratio.mul(advantages).neg(),
          clamp(ratio, 1 - clip, 1 + clip)
            .mul(advantages)
            .neg(),
        ).mean()
      : ratio.mul(advantages).sub(drift(ratio, advantages)).mean().neg();

  const returns = raw.add(oldValues);
  const error = value.sub(returns).square();
  const near = oldValues.add(clamp(value.sub(oldValues), -clip, clip));
  const valueLoss = (clipValue ? maximum(error, near.sub(returns).square()) : error).mean().mul(0.5);

  const entropy = policy.entropy().mean();
  const total = policyLoss.add(valueLoss.mul(valueWeight)).sub(entropy.mul(entropyWeight));
  const kl = ratio.sub(1).sub(logRatio).mean();
  const clipped = greater(ratio.sub(1).abs(), clip).cast(ratio.dtype).mean();
  return [total, { policyLoss, valueLoss, entropy, kl, clipped }];
}

/** d(ρ, Â) of DPO, element by element. */
function drift(ratio: Tensor, advantages: Tensor): Tensor {
  const beyond = (x: Tensor, width: number) => relu(x.sub(tanh(x.div(width)).mul(width)));
  const gains = beyond(ratio.sub(1).mul(advantages), 2);
  const losses = beyond(log(ratio).mul(advantages), 0.6);
  return select(less(advantages, 0), losses, gains);
}

/** Mean 0 and deviation 1; the deviation of a sample, as PyTorch's. */
function normalized(x: Tensor): Tensor {
  const centred = x.sub(x.mean());
  const deviation = centred
    .square()
    .sum()
    .div(Math.max(x.size - 1, 1))
    .sqrt();
  return centred.div(deviation.add(1e-8));
}

export interface PpoOptimizerOptions {
  /** Step size of Adam. */
  readonly lr: number;
  /** Updates after which it has come down to 0 in a straight line (detail 4); left out: it stays. */
  readonly annealOver?: number;
  /** Norm to which gradients are clipped (detail 11). Default: 0.5. */
  readonly maxNorm?: number;
}

/** Adam with ε = 1e-5 (detail 3), behind clipping. */
export function optimizer({ lr, annealOver, maxNorm = 0.5 }: PpoOptimizerOptions): GradientTransform {
  const rate = annealOver === undefined ? lr : schedule.linear(lr, 0, annealOver);
  return chain(clipByGlobalNorm(maxNorm), adam(rate, { eps: 1e-5 }));
}

/**
 * Makes an agent of a network, an optimiser and options. Its programs are compiled.
 *
 * @throws ConfigError unless epochs and minibatches are whole numbers; when it learns, unless minibatches share out the
 * steps of a trajectory, or of a network that remembers, its rows
 */
export function agent<P extends Params>(
  net: ActorCritic<P>,
  optimizer: GradientTransform,
  options: PpoOptions = {},
): OnPolicyAgent<TrainState<P>, P> {
  const { epochs = 4, minibatches: parts = 4 } = options;
  expectMinibatches("ppo", { epochs, minibatches: parts });
  const judged = compile((params: P, trajectory: Trajectory) => prepare(net, params, trajectory, options));
  const update = compile(
    (state: TrainState<P>, all: PpoBatch, rows: Tensor): [TrainState<P>, PpoMetrics] => {
      const batch = rowsOf(all, rows);
      const objective = (params: P) => loss(net, params, batch, options);
      const [[, metrics], gradient] = valueAndGrad(objective, { hasAux: true })(state.params);
      return [descend(optimizer, state, gradient), metrics];
    },
    { donate: [0], hold: [1] },
  );
  return {
    action: net.action,
    ...recallOf(net),
    init: (rng) => initTrainState(net.init(rng), optimizer),
    model: ({ params }) => params,
    act: actor(net.action, (params: P, x) => net.apply(params, x).policy),
    learn(state, trajectory, rng) {
      const all = judged(state.params, trajectory);
      let next = state;
      let metrics: PpoMetrics | undefined;
      const sizes = { epochs, minibatches: parts };
      for (const rows of minibatches("ppo", all.values.shape[0]!, sizes, rng)) {
        [next, metrics] = update(next, all, rows);
      }
      return [next, metrics!]; // of the last minibatch
    },
  };
}
