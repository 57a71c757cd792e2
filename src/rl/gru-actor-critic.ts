/**
 * An actor-critic that remembers: its policy and its value see, beside an observation, what a GRU has made of those before.
 *
 * @module
 */
import { type EnvSpec, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { type GruParams, gru, initializer, type LinearParams, linear } from "../nn/index.js";
import { type Tensor, tanh } from "../tensor/index.js";
import type { ActorCritic, Judgement } from "./actor-critic.js";
import { choices, expectBounds, policyOf } from "./policy.js";

export interface GruActorCriticOptions {
  /** Width of the layer that reads observations. Default: 64. */
  readonly encoder?: number;
  /** Numbers that it remembers. Default: 64. */
  readonly hidden?: number;
  /** Logarithm of the standard deviation of a box's actions at the start. Default: 0. */
  readonly logStd?: number;
  /** Whether tanh keeps actions within the bounds of a box; else the environment clips them. Default: false. */
  readonly squash?: boolean;
}

/** `logStd: [A]`, of a box's actions, does not depend on the state. */
export type GruActorCriticParams = {
  readonly encoder: LinearParams;
  readonly gru: GruParams;
  readonly actor: LinearParams;
  readonly critic: LinearParams;
  readonly logStd?: Tensor;
};

/**
 * A layer with tanh, a GRU, and two heads on what it remembers. Linear weights begin orthogonal, as `mlpActorCritic`'s.
 *
 * @throws ConfigError
 */
export function gruActorCritic(
  { observation, action }: Pick<EnvSpec, "observation" | "action">,
  { encoder: width = 64, hidden = 64, logStd = 0, squash = false }: GruActorCriticOptions = {},
): ActorCritic<GruActorCriticParams> {
  for (const [name, size] of Object.entries({ encoder: width, hidden })) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new ConfigError(`gruActorCritic: ${name} must be an integer >= 1, got ${size}`);
  }
  if (squash) expectBounds("gruActorCritic", action);
  const encoder = linear(spaceSize(observation), width, {
    weightInit: initializer.orthogonal(Math.SQRT2),
  });
  const cell = gru(width, hidden);
  const actor = linear(hidden, choices(action), { weightInit: initializer.orthogonal(0.01) });
  const critic = linear(hidden, 1, { weightInit: initializer.orthogonal(1) });
  const next = (params: GruActorCriticParams, observations: Tensor, memory: Tensor) => {
    const rows = observations.reshape(observations.shape[0]!, -1);
    return cell.step(params.gru, memory, tanh(encoder.apply(params.encoder, rows)))[0];
  };
  const judge = (params: GruActorCriticParams, memory: Tensor): Judgement => ({
    policy: policyOf(action, actor.apply(params.actor, memory), params.logStd, squash),
    value: critic.apply(params.critic, memory).reshape(memory.shape[0]!),
  });
  return {
    action,
    recall: { size: hidden, next, judge },
    init: (rng, dtype) => ({
      encoder: encoder.init(rng.fork("encoder"), dtype),
      gru: cell.init(rng.fork("gru"), dtype),
      actor: actor.init(rng.fork("actor"), dtype),
      critic: critic.init(rng.fork("critic"), dtype),
      ...(action.kind === "box" && {
        logStd: initializer.constant(logStd)(rng, [choices(action)], dtype),
      }),
    }),
    apply(params, observations) {
      const empty = cell.initialState(observations.shape[0]!, observations.dtype);
      return judge(params, next(params, observations, empty));
    },
  };
}
