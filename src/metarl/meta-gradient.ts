/**
 * Meta-gradient reinforcement learning: an agent that tunes its own return while it learns.
 *
 * The return has parameters η, such as the discount γ and the trace λ. Each trajectory is used twice. First it judges the
 * update before it: how would the parameters θ that came of it have done better, had η been another? Then it trains θ:
 *
 *     θ' = θ + f(τ, θ, η)                                    the agent's update, eq. 3
 *     z' = μ z + ∂f(τ, θ, η)/∂η                              the trace of dθ'/dη, eq. 7
 *     η' = η − β ∂J'(τ', θ', η̄)/∂θ' · z'                     on the next trajectory τ', eq. 4 and 8
 *
 * J' is a loss, with a reference η̄ of its own that is fixed. (The paper's generic rule has the minus of a loss, its
 * actor-critic example the gradient of an objective: one of the two must be negated. Here all is loss.)
 *
 * μ = 0 sees the last update only; μ = 1 takes all earlier ones as if θ did not depend on itself. `"exact"` is the total
 * derivative, z' = (I + ∂f/∂θ) z + ∂f/∂η, which also follows the optimiser's state.
 *
 * Source: Xu, van Hasselt & Silver 2018, https://arxiv.org/abs/1805.09801, §2
 * Differs: the trace holds ∂f/∂η for each number of η, by forward mode, and is kept from one trajectory to the next; so
 *   nothing is computed twice, and no gradient is differentiated again.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { applyUpdates, type GradientTransform } from "../optim/index.js";
import {
  jvp,
  type Params,
  type Tensor,
  type Tree,
  tensor,
  tree,
  valueAndGrad,
  vmap,
  zeros,
} from "../tensor/index.js";

/** An agent whose update has parameters, and how the update is judged. */
export interface SelfTuned<State extends Tree, P extends Params, Eta extends Params, Data> {
  /** Returns the state after θ' = θ + f(τ, θ, η). */
  update(state: State, data: Data, eta: Eta): State;
  /** Returns the part of the state that is θ. */
  params(state: State): P;
  /** Returns J'(τ', θ', η̄), a scalar loss. */
  outerLoss(params: P, data: Data): Tensor;
}

/** How far back the trace looks: a decay μ in [0, 1], or the total derivative. */
export type TraceDecay = number | "exact";

export type MetaGradientState<State extends Tree = Tree, Eta extends Params = Params> = {
  /** The agent's. */
  readonly agent: State;
  /** Unbounded numbers: what must stay in bounds goes through a squashing function in the update. */
  readonly eta: Eta;
  readonly metaOptState: Tree;
  /** z: as θ, or as the whole state where it is exact, with a leading axis for the numbers of η. */
  readonly trace: Tree;
};

/** The state before the first trajectory. @throws ConfigError unless μ is in [0, 1] or "exact" */
export function init<State extends Tree, P extends Params, Eta extends Params, Data>(
  rule: SelfTuned<State, P, Eta, Data>,
  metaOptimizer: GradientTransform,
  agent: State,
  eta: Eta,
  mu: TraceDecay,
): MetaGradientState<State, Eta> {
  expectDecay(mu);
  const count = numbersOf(eta);
  const followed: Tree = mu === "exact" ? agent : rule.params(agent);
  const trace: Tree = tree.map(({ shape, dtype }) => zeros([count, ...shape], dtype), followed);
  return { agent, eta, metaOptState: metaOptimizer.init(eta), trace };
}

export interface MetaGradientMetrics<Eta> {
  /** J' of the agent as it was before this trajectory trained it. */
  readonly outerLoss: Tensor;
  /** ∂J'/∂θ' · z. */
  readonly metaGradient: Eta;
}

/**
 * Judges the last update by a trajectory, moves η, and trains the agent on the same trajectory. Pure and traceable.
 *
 * @throws ConfigError unless μ is in [0, 1] or "exact"
 */
export function step<State extends Tree, P extends Params, Eta extends Params, Data>(
  rule: SelfTuned<State, P, Eta, Data>,
  metaOptimizer: GradientTransform,
  { agent, eta, metaOptState, trace }: MetaGradientState<State, Eta>,
  data: Data,
  mu: TraceDecay,
): [next: MetaGradientState<State, Eta>, metrics: MetaGradientMetrics<Eta>] {
  expectDecay(mu);
  const judge = (params: P) => rule.outerLoss(params, data);
  const [outerLoss, slope] = valueAndGrad(judge)(rule.params(agent));
  const z = mu === "exact" ? rule.params(trace as State) : (trace as P);
  const metaGradient = alongTrace(slope, z, eta);
  const [updates, nextMetaOptState] = metaOptimizer.update(metaGradient, metaOptState, eta);
  const nextEta = applyUpdates(eta, updates);

  const nextTrace =
    mu === "exact"
      ? totalDerivative(rule, agent, data, nextEta, trace as State)
      : tree.map((old, last) => old.mul(mu).add(last), z, lastUpdate(rule, agent, data, nextEta));
  const next = {
    agent: rule.update(agent, data, nextEta),
    eta: nextEta,
    metaOptState: nextMetaOptState,
    trace: nextTrace,
  };
  return [next, { outerLoss, metaGradient }];
}

/** ∂f/∂η with θ held, `[numbers of η, …]` for each tensor of θ. */
function lastUpdate<State extends Tree, P extends Params, Eta extends Params, Data>(
  rule: SelfTuned<State, P, Eta, Data>,
  agent: State,
  data: Data,
  eta: Eta,
): P {
  const params = (e: Eta) => rule.params(rule.update(agent, data, e));
  return vmap((direction: Eta) => jvp(params, [eta], [direction])[1])(directions(eta));
}

/** (I + ∂f/∂θ) z + ∂f/∂η, of the whole state. */
function totalDerivative<State extends Tree, P extends Params, Eta extends Params, Data>(
  rule: SelfTuned<State, P, Eta, Data>,
  agent: State,
  data: Data,
  eta: Eta,
  trace: State,
): State {
  const update = (state: State, e: Eta) => rule.update(state, data, e);
  const along = (z: State, direction: Eta) => jvp(update, [agent, eta], [z, direction])[1];
  return vmap(along)(trace, directions(eta));
}

/** The inner product of a gradient by θ with each row of z, as a tree built as η. */
function alongTrace<P extends Params, Eta extends Params>(slope: P, z: P, eta: Eta): Eta {
  const slopes = tree.leaves(slope);
  const products = tree.leaves(z).map((rows, i) => {
    const count = rows.shape[0]!;
    return rows.reshape(count, -1).matmul(slopes[i]!.reshape(-1, 1)).reshape(count);
  });
  const total = products.reduce((sum, product) => sum.add(product));
  const [leaves, structure] = tree.flatten(eta);
  let from = 0;
  const parts = leaves.map(({ shape, size, dtype }) => {
    from += size;
    return total
      .slice([from - size], [from])
      .reshape(...shape)
      .cast(dtype);
  });
  return tree.unflatten(structure, parts);
}

/** The unit vectors of η: a leading axis for its numbers. */
function directions<Eta extends Params>(eta: Eta): Eta {
  const count = numbersOf(eta);
  let before = 0;
  return tree.map(({ shape, size, dtype }) => {
    const rows = new Float64Array(count * size);
    for (let i = 0; i < size; i++) rows[(before + i) * size + i] = 1;
    before += size;
    return tensor(rows, { shape: [count, ...shape], dtype });
  }, eta);
}

function numbersOf(eta: Params): number {
  return tree.leaves(eta).reduce((count, { size }) => count + size, 0);
}

function expectDecay(mu: TraceDecay): void {
  if (mu === "exact" || (mu >= 0 && mu <= 1)) return;
  throw new ConfigError(`metaGradient: mu must be in [0, 1] or "exact", got ${mu}`);
}
