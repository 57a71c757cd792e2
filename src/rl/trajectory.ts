/**
 * What an agent learns from: T steps of B environments side by side.
 *
 * Episodes begin and end anywhere in it. An end by the rules (terminated) is worth nothing from there on; an end by time
 * (truncated) is not the agent's doing, so the value of where it was cut off counts.
 *
 * @module
 */
import { concatenate, type Params, type Tensor, zeros } from "../tensor/index.js";
import { expectTensors } from "../tensor/operand.js";
import type { ActorCritic, Recall } from "./actor-critic.js";
import type { ActionDistribution } from "./policy.js";
import { remembered } from "./recall.js";

/** Steps t = 0, 1, … T − 1 of B rows. */
export type Trajectory = {
  /** `[T + 1, B, …observation]`: before each step, and after the last; after an end, of the episode that follows. */
  readonly observations: Tensor;
  /** `[T, B]` of a discrete space, int32; `[T, B, A]` of a box. */
  readonly actions: Tensor;
  /** `[T, B]`. */
  readonly rewards: Tensor;
  /** `[T, B]`: 1 where the episode goes on after the step, 0 where it ended, for whichever reason. */
  readonly continues: Tensor;
  /** Where time can end episodes; left out where it cannot. */
  readonly cut?: Cut;
  /** `[B, size]`, what was remembered before the first step, of an agent that remembers. */
  readonly memory?: Tensor;
};

/** Ends by time. */
export type Cut = {
  /** `[T, B]`: 1 where the step was the last that time left. */
  readonly truncated: Tensor;
  /** `[T, B, …observation]`: what was seen last where it was; zeros elsewhere. */
  readonly observations: Tensor;
};

/** What an agent thinks of the steps of a trajectory, `[T, B]` each. */
export interface JudgedSteps {
  /** log π(a|s) of the actions taken. */
  readonly logProbs: Tensor;
  /** In nats. */
  readonly entropies: Tensor;
  /** Values of the observations before each step. */
  readonly values: Tensor;
  /** Over the actions of all T · B steps, row by row. */
  readonly policy: ActionDistribution;
}

/** Judges each step of a trajectory; differentiable in the parameters. */
export function judgeSteps<P extends Params>(
  agent: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  context?: Tensor,
): JudgedSteps {
  const { observations, actions, rewards } = trajectory;
  expectTensors("judgeSteps: trajectory", observations, actions, rewards);
  const [T, B] = rewards.shape as [number, number];
  const { policy, value } = agent.recall
    ? agent.recall.judge(params, rows(memories(agent.recall, params, trajectory).slice([0], [T])))
    : agent.apply(params, rows(observations.slice([0], [T])), context);
  const perStep = (x: Tensor) => x.reshape(T, B);
  return {
    logProbs: perStep(policy.logProb(rows(actions))),
    entropies: perStep(policy.entropy()),
    values: perStep(value),
    policy,
  };
}

/**
 * Values what followed each step, `[T, B]`: 0 after a termination, the value of the last observation after a truncation.
 *
 * @param values `[T, B]`, of the observations before each step
 */
export function valuesAfter<P extends Params>(
  agent: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  values: Tensor,
  context?: Tensor,
): Tensor {
  const { observations, continues, cut } = trajectory;
  expectTensors("valuesAfter", observations, continues, values);
  const [T, B] = continues.shape as [number, number];
  const value = valuesUnseen(agent, params, trajectory, context);
  const end = value.slice([0], [B]).reshape(1, B);
  const following = (T === 1 ? end : concatenate([values.slice([1]), end])).mul(continues);
  if (cut === undefined) return following;
  return following.add(value.slice([B]).reshape(T, B).mul(cut.truncated));
}

/** Values of what no step was taken from: the last observations, `[B]`, and where time can end episodes, `[T · B]` more. */
function valuesUnseen<P extends Params>(
  { apply, recall }: ActorCritic<P>,
  params: P,
  trajectory: Trajectory,
  context?: Tensor,
): Tensor {
  const { observations, cut } = trajectory;
  const T = observations.shape[0]! - 1;
  if (recall === undefined) {
    const last = rows(observations.slice([T]));
    return apply(params, cut ? concatenate([last, rows(cut.observations)]) : last, context).value;
  }
  const seen = memories(recall, params, trajectory);
  const last = rows(seen.slice([T]));
  if (cut === undefined) return recall.judge(params, last).value;
  const atCut = recall.next(params, rows(cut.observations), rows(seen.slice([0], [T])));
  return recall.judge(params, concatenate([last, atCut])).value;
}

/** What is remembered after each observation, `[T + 1, B, size]`. */
function memories<P extends Params>(recall: Recall<P>, params: P, trajectory: Trajectory): Tensor {
  const { observations, continues, memory } = trajectory;
  const before = memory ?? zeros([observations.shape[1]!, recall.size], observations.dtype);
  return remembered(recall, params, { observations, continues, memory: before });
}

/** `[T, B, …]` as `[T · B, …]`. */
function rows(x: Tensor): Tensor {
  const [T, B, ...rest] = x.shape as [number, number, ...number[]];
  return x.reshape(T * B, ...rest);
}
