/**
 * Networks that act and judge: a policy, and the value of where it stands.
 *
 * @module
 */
import { type EnvSpec, type Space, spaceSize } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import {
  type ConvParams,
  conv,
  initializer,
  type LinearParams,
  linear,
  type MlpParams,
  mlp,
} from "../nn/index.js";
import type { Rng } from "../random/index.js";
import {
  broadcastTo,
  concatenate,
  type DType,
  type Params,
  relu,
  type Tensor,
  tanh,
} from "../tensor/index.js";
import { type ActionDistribution, choices, expectBounds, policyOf } from "./policy.js";

/** How an agent acts where it stands, and what that is worth. */
export interface Judgement {
  /** Over the actions of each row. */
  readonly policy: ActionDistribution;
  /** `[n]`. */
  readonly value: Tensor;
}

/** A policy and a value function, as pure functions of their parameters. */
export interface ActorCritic<P extends Params = Params> {
  /** The actions that it chooses among. */
  readonly action: Space;
  init(rng: Rng, dtype?: DType): P;
  /**
   * Judges rows of observations; traceable.
   *
   * @param observations `[n, …observation]`
   * @param context `[context]`, what it takes beside them, where it was made with room for it
   */
  apply(params: P, observations: Tensor, context?: Tensor): Judgement;
  /** How it remembers what it saw before; left out where it judges each observation by itself. */
  readonly recall?: Recall<P>;
}

/** How a network remembers; `apply` is then as with an empty memory. Traceable. */
export interface Recall<P extends Params = Params> {
  /** Numbers that it remembers in each row. */
  readonly size: number;
  /** Returns what it remembers after an observation, `[n, size]`. @param memory before it; zeros in a new episode */
  next(params: P, observations: Tensor, memory: Tensor): Tensor;
  /** Judges by what it remembers after an observation. */
  judge(params: P, memory: Tensor): Judgement;
}

export interface ActorCriticOptions {
  /** How many numbers of context the networks take; see `ActorCritic.apply`. Default: 0. */
  readonly context?: number;
}

export interface MlpActorCriticOptions extends ActorCriticOptions {
  /** Widths of the hidden layers, at least one. Default: [64, 64]. */
  readonly hidden?: readonly number[];
  /** After each hidden layer. Default: tanh. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Logarithm of the standard deviation of a box's actions at the start. Default: 0. */
  readonly logStd?: number;
  /** Whether tanh keeps actions within the bounds of a box; else the environment clips them. Default: false. */
  readonly squash?: boolean;
}

type Tower = { readonly torso: MlpParams; readonly head: LinearParams };

/** `logStd: [A]`, of a box's actions, does not depend on the state. */
export type MlpActorCriticParams = {
  readonly actor: Tower;
  readonly critic: Tower;
  readonly logStd?: Tensor;
};

/**
 * Two perceptrons, one for the policy and one for the value. Weights begin orthogonal, with gain √2 in hidden layers, 0.01
 * in the policy's last and 1 in the value's.
 *
 * Source: Schulman et al. 2017, https://arxiv.org/abs/1707.06347, §6.1
 * Checked against: vwxyzjn/cleanrl, ppo.py and ppo_continuous_action.py, class Agent
 *
 * @throws ConfigError
 */
export function mlpActorCritic(
  { observation, action }: Pick<EnvSpec, "observation" | "action">,
  {
    hidden = [64, 64],
    activation = tanh,
    logStd = 0,
    squash = false,
    context = 0,
  }: MlpActorCriticOptions = {},
): ActorCritic<MlpActorCriticParams> {
  const width = hidden.at(-1);
  if (width === undefined)
    throw new ConfigError("mlpActorCritic: hidden must have a layer or more, got none");
  if (squash) expectBounds("mlpActorCritic", action);
  const torso = mlp([spaceSize(observation) + context, ...hidden], {
    activation,
    weightInit: initializer.orthogonal(Math.SQRT2),
  });
  const actor = linear(width, choices(action), { weightInit: initializer.orthogonal(0.01) });
  const critic = linear(width, 1, { weightInit: initializer.orthogonal(1) });
  return {
    action,
    init: (rng, dtype) => {
      const tower = (name: string, head: typeof actor): Tower => ({
        torso: torso.init(rng.fork(name), dtype),
        head: head.init(rng.fork(name).fork("head"), dtype),
      });
      const towers = { actor: tower("actor", actor), critic: tower("critic", critic) };
      if (action.kind === "discrete") return towers;
      return { ...towers, logStd: initializer.constant(logStd)(rng, [choices(action)], dtype) };
    },
    apply(params, observations, told) {
      const rows = observations.shape[0]!;
      const x = withContext(observations.reshape(rows, -1), told, context);
      const features = (tower: Tower) => activation(torso.apply(tower.torso, x));
      return {
        policy: policyOf(
          action,
          actor.apply(params.actor.head, features(params.actor)),
          params.logStd,
          squash,
        ),
        value: critic.apply(params.critic.head, features(params.critic)).reshape(rows),
      };
    },
  };
}

export interface ConvActorCriticOptions extends ActorCriticOptions {
  /** Features of the convolution. Default: 16 (MinAtar's authors). */
  readonly features?: number;
  /** Width of the dense layer. Default: 128 (MinAtar's authors). */
  readonly hidden?: number;
}

export type ConvActorCriticParams = {
  readonly conv: ConvParams;
  readonly dense: LinearParams;
  readonly actor: LinearParams;
  readonly critic: LinearParams;
};

/**
 * MinAtar's network: a convolution of 3 x 3 with ReLU and a dense layer with ReLU, which policy and value share.
 *
 * Source: Young & Tian 2019, https://arxiv.org/abs/1903.03176, §3
 * Differs: ReLU throughout, as their DQN; their actor-critic has SiLU and dSiLU. Weights begin as PyTorch's do there only
 *   in scale: He's normal here.
 *
 * @throws ConfigError unless observations are images
 */
export function convActorCritic(
  { observation, action }: Pick<EnvSpec, "observation" | "action">,
  { features = 16, hidden = 128, context = 0 }: ConvActorCriticOptions = {},
): ActorCritic<ConvActorCriticParams> {
  const [height, width, channels] = observation.shape;
  if (observation.shape.length !== 3 || height! < 3 || width! < 3) {
    throw new ConfigError(
      `convActorCritic: expected observations [height, width, channels] of 3 x 3 or more, got [${observation.shape.join(", ")}]`,
    );
  }
  const weightInit = initializer.heNormal;
  const look = conv(channels!, features, { padding: "valid", weightInit });
  const dense = linear((height! - 2) * (width! - 2) * features + context, hidden, { weightInit });
  const actor = linear(hidden, choices(action), { weightInit: initializer.orthogonal(0.01) });
  const critic = linear(hidden, 1, { weightInit: initializer.orthogonal(1) });
  if (action.kind !== "discrete")
    throw new ConfigError("convActorCritic: expected discrete actions, got a box");
  return {
    action,
    init: (rng, dtype) => ({
      conv: look.init(rng.fork("conv"), dtype),
      dense: dense.init(rng.fork("dense"), dtype),
      actor: actor.init(rng.fork("actor"), dtype),
      critic: critic.init(rng.fork("critic"), dtype),
    }),
    apply(params, observations, told) {
      const rows = observations.shape[0]!;
      const seen = relu(look.apply(params.conv, observations)).reshape(rows, -1);
      const h = relu(dense.apply(params.dense, withContext(seen, told, context)));
      return {
        policy: policyOf(action, actor.apply(params.actor, h)),
        value: critic.apply(params.critic, h).reshape(rows),
      };
    },
  };
}

function withContext(x: Tensor, context: Tensor | undefined, size: number): Tensor {
  if ((context?.size ?? 0) !== size) {
    throw new ConfigError(
      `actor-critic: expected a context of ${size} numbers, got ${context?.size ?? "none"}`,
    );
  }
  if (context === undefined || size === 0) return x;
  return concatenate([x, broadcastTo(context.reshape(1, size), [x.shape[0]!, size])], 1);
}
