/**
 * What one of Meta-World's 50 tasks is: a scene, how an episode starts, what is observed, what is rewarded, and a
 * scripted policy that solves it. A file of `tasks/` for each.
 *
 * Source: Yu et al. 2019, https://arxiv.org/abs/1910.10897
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/envs, metaworld/policies
 *
 * @module
 */
import type { SceneName } from "./scenes/index.js";
import type { Vec3 } from "./vec3.js";
import type { Quat, World } from "./world.js";

/** A position and a rotation as they stand in the observation; no rotation is four zeros. */
interface Observed {
  readonly position: Vec3;
  readonly rotation?: Quat;
}

/**
 * What an episode keeps of its start. Tasks add what they need: plain numbers, points and flags, which are saved with
 * the episode; a reward may change them.
 */
export interface Start {
  /** Where the object, or the hand, is to be: T. */
  readonly target: Vec3;
  /** Where the object was: o₀. */
  readonly object: Vec3;
}

/** A reward of the second version and what `info` tells beside it. */
export interface Outcome {
  /** In [0, 10]. */
  readonly reward: number;
  /** The goal is reached, now. */
  readonly success: boolean;
  /** The hand is at the object; where a task grades it, how near, in [0, 1]. */
  readonly nearObject: boolean | number;
  readonly grasped: boolean;
  /** Parts of the reward, in [0, 1]. */
  readonly graspReward: number;
  readonly inPlaceReward: number;
  /** How far the object is from where it should be, as the task measures it, in metres. */
  readonly objectToTarget: number;
}

/** What a scripted policy sees: the current half of an observation, and the goal. */
export interface Seen {
  readonly hand: Vec3;
  readonly gripper: number;
  readonly object: Vec3;
  readonly object2: Vec3;
  readonly goal: Vec3;
}

/** Where a scripted policy moves: the action is `gain` · (to − hand), and the grip. */
export interface Move {
  readonly to: Vec3;
  readonly gain: number;
  /** 1 closes, −1 opens. */
  readonly grip: number;
}

export interface SawyerTask<S extends Start = Start> {
  /** As the field says it, without the version: `door-open`. */
  readonly name: string;
  /** What the robot has to do, in a sentence. */
  readonly summary: string;
  /** When a step is a success, in words, for the documentation: of what point, along which axes, within how much. */
  readonly succeeds: string;
  /** Version 2 of the reward, in the words that docs/metaworld.md explains. */
  readonly rewarded: string;
  readonly scene: SceneName;
  readonly hand: {
    /** Where it starts, in metres. */
    readonly start: Vec3;
    /** Bounds of where it can be sent. Default: (−0.5, 0.4, 0.05) to (0.5, 1, 0.5). */
    readonly low?: Vec3;
    readonly high?: Vec3;
  };
  /** What differs from task to task: numbers drawn uniformly, of the object and, where it is drawn, of the goal. */
  readonly variation: {
    readonly low: readonly number[];
    readonly high: readonly number[];
    /** Object and goal that are nearer than this, seen from above, are drawn again. `goal` where it is fixed. */
    readonly apart?: { readonly distance: number; readonly goal?: readonly [x: number, y: number] };
  };
  /**
   * What `start` places moves by itself, or is moved, while the hand is brought to its start: so that has to be
   * computed for each variation. Default: false, once for all.
   */
  readonly settlesInPlace?: boolean;
  /** Bounds of the goal in an observation. */
  readonly goalSpace: { readonly low: Vec3; readonly high: Vec3 };
  /** Words for what `observe` gives, for the documentation. */
  readonly observed: readonly string[];
  observe(world: World): readonly Observed[];
  /**
   * Arranges the scene for a variation. The hand is at its start already.
   *
   * What a task places here is in place, too, while the hand is brought to its start: it is called twice, first with
   * the hand anywhere.
   */
  start(world: World, variation: readonly number[]): S;
  /** The second version of the reward, which is in [0, 10]. */
  outcome(world: World, start: S): Outcome;
  /** The first version, of 2019: up to some thousands, and negative too. */
  rewardV1(world: World, start: S): number;
  /** A scripted policy; it needs the goal in the observation. */
  policy(seen: Seen): Move;
}

/** Bounds of the hand where a task says nothing else. */
export const HAND_LOW: Vec3 = [-0.5, 0.4, 0.05];
export const HAND_HIGH: Vec3 = [0.5, 1, 0.5];

/** A point as the original has it where it is kept in float32. */
export function float32(x: number, y: number, z: number): Vec3 {
  return [Math.fround(x), Math.fround(y), Math.fround(z)];
}

/** Types a task by its own start, and hides it from whoever runs the task. */
export function defineTask<S extends Start>(task: SawyerTask<S>): SawyerTask {
  return task as unknown as SawyerTask;
}
