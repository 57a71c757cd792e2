/**
 * Parameters that differ from inner step to inner step, and the inner loop that uses them.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { applyUpdates, sgdWithRates } from "../optim/index.js";
import { expectNotNegative } from "../optim/options.js";
import {
  at,
  broadcastTo,
  full,
  type Params,
  stopGradient,
  type Tensor,
  type Tree,
  tree,
  valueAndGrad,
} from "../tensor/index.js";

/**
 * A loss that also returns what batch norm normalised by (`[]` without batch norm), and can be told what to
 * normalise by; see `NormalizedModule`.
 */
export type NormalizedLossFn<P, B, S extends Tree> = (
  params: P,
  batch: B,
  statistics?: S,
) => readonly [loss: Tensor, statistics: S];

export interface PerStepOptions {
  /** What the learned inner step sizes α begin at; or, without `learnRates`, the step size. */
  readonly innerLr: number;
  /** Gradient steps per task S, at least 1. */
  readonly innerSteps: number;
  /** Learn a step size for every tensor and step (LSLR). Default: true. */
  readonly learnRates?: boolean;
  /** Learn gains and biases of batch norm for every step (BNWB). Default: true. */
  readonly perStepNorms?: boolean;
  /** Whether a leaf is a gain or bias of a norm, which is not adapted. Default: its path has a part "norm". */
  readonly isNorm?: (path: string) => boolean;
}

/** What MAML++ meta-learns. */
export type PerStepParams<P extends Params = Params> = {
  /** The initialisation θ; with `perStepNorms`, leaves of norms have a leading axis `inner step`. */
  readonly theta: P;
  /** The inner step sizes by the path of what they are for, `[inner step]` each; none without `learnRates`. */
  readonly rates: Readonly<Record<string, Tensor>>;
};

const inNorm = (path: string) => path.split(".").includes("norm");

/** Gives a network's parameters what they have for every step. @throws ConfigError */
export function initPerStep<P extends Params>(
  params: P,
  { innerLr, innerSteps, learnRates = true, perStepNorms = true, isNorm = inNorm }: PerStepOptions,
): PerStepParams<P> {
  expectNotNegative("mamlPlusPlus: innerLr", innerLr);
  const [leaves, structure] = tree.flatten(params);
  const paths = tree.paths(structure);
  const theta = leaves.map((leaf, i) =>
    perStepNorms && isNorm(paths[i]!) ? broadcastTo(leaf, [innerSteps, ...leaf.shape]) : leaf,
  );
  const rates = leaves.flatMap(({ dtype }, i): [string, Tensor][] =>
    isNorm(paths[i]!) ? [] : [[paths[i]!, full([innerSteps], innerLr, dtype)]],
  );
  if (rates.length === 0) {
    throw new ConfigError(`mamlPlusPlus: isNorm must leave something to adapt, got none of ${paths}`);
  }
  return { theta: tree.unflatten(structure, theta), rates: learnRates ? Object.fromEntries(rates) : {} };
}

/** What there is after an inner step. */
export interface InnerStep<P, S> {
  /** The network's parameters after the step, with the norms that it was taken with. */
  readonly params: P;
  /** What batch norm normalised the support set by. */
  readonly statistics: S;
}

/**
 * Adapts to a support set with the step sizes and norms of each step.
 *
 * @param statistics what to normalise by at each step, with a leading axis `inner step`; default: the batch at hand
 * @returns what there is after each step
 * @throws ConfigError
 */
export function innerLoop<P extends Params, B, S extends Tree>(
  loss: NormalizedLossFn<P, B, S>,
  { theta, rates }: PerStepParams<P>,
  support: B,
  { innerLr, innerSteps, learnRates = true, perStepNorms = true, isNorm = inNorm }: PerStepOptions,
  { firstOrder, statistics }: { readonly firstOrder: boolean; readonly statistics?: S },
): InnerStep<P, S>[] {
  expectNotNegative("mamlPlusPlus: innerLr", innerLr);
  for (const trained of Object.values(rates).map(({ shape }) => shape[0]!)) {
    if (innerSteps > trained) {
      throw new ConfigError(
        `mamlPlusPlus: innerSteps must be at most the ${trained} trained, got ${innerSteps}`,
      );
    }
  }
  const [leaves, structure] = tree.flatten(theta);
  const norms = tree.paths(structure).map(isNorm);
  const atStep = (adapted: readonly Tensor[], k: number): P => {
    const rest = [...adapted];
    const params = leaves.map((leaf, i) => {
      if (!norms[i]) return rest.shift()!;
      return perStepNorms ? at(leaf, k) : leaf;
    });
    return tree.unflatten(structure, params);
  };
  const ratesAt = (k: number, phi: readonly Tensor[]) =>
    learnRates
      ? Object.values(rates).map((rate) => at(rate, k))
      : phi.map(({ dtype }) => full([], innerLr, dtype));

  let phi: readonly Tensor[] = leaves.filter((_, i) => !norms[i]);
  return Array.from({ length: innerSteps }, (_, k) => {
    const given = statistics && tree.map((s) => at(s, k), statistics);
    const supportLoss = (adapted: readonly Tensor[]) => loss(atStep(adapted, k), support, given);
    const [[, used], exact] = valueAndGrad(supportLoss, { hasAux: true })(phi);
    const gradient = firstOrder ? tree.map(stopGradient, exact) : exact;
    const [updates] = sgdWithRates(ratesAt(k, phi)).update(gradient, []);
    phi = applyUpdates(phi, updates);
    return { params: atStep(phi, k), statistics: used };
  });
}
