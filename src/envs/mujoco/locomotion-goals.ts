/**
 * What a body that moves is to do: run in a direction, at a speed, or to a place.
 *
 * @module
 */
import type { Rng } from "../../random/index.js";
import type { EnvState } from "../env.js";

/** Where to: a vector of length 1 along x, y. Half a cheetah has x only. */
export type DirectionTask = { readonly direction: readonly [x: number, y: number] };

/** How fast along x, in m/s. */
export type VelocityTask = { readonly velocity: number };

/** To which place, in metres. */
export type PlaceTask = { readonly goal: readonly [x: number, y: number] };

/** Where the body is and how fast it goes: metres, m/s. */
interface Motion {
  readonly x: number;
  readonly y: number;
  readonly xVelocity: number;
  readonly yVelocity: number;
}

/** Tasks of a kind: how they are drawn, and what the motion in a step is worth. */
export interface Goal<Task extends EnvState> {
  /** What a task looks like, for messages. */
  readonly expected: string;
  draw(rng: Rng): Task;
  accepts(task: Task): boolean;
  reward(task: Task, motion: Motion): number;
}

/** r = d · v: the speed in the task's direction. */
export function direction(
  draw: (rng: Rng) => DirectionTask["direction"],
  accepts: (direction: readonly [x: number, y: number]) => boolean,
  expected: string,
): Goal<DirectionTask> {
  return {
    expected: `{ direction: ${expected} }`,
    draw: (rng) => ({ direction: draw(rng) }),
    accepts: (task) => isPoint(task?.direction) && accepts(task.direction),
    reward: ({ direction: [x, y] }, { xVelocity, yVelocity }) => x * xVelocity + y * yVelocity,
  };
}

/** r = bonus − |vₓ − v*|, with v* ~ U[0, highest]. */
export function velocity(highest: number, bonus = 0): Goal<VelocityTask> {
  return {
    expected: "{ velocity } in m/s",
    draw: (rng) => ({ velocity: rng.uniform(0, highest) }),
    accepts: (task) => Number.isFinite(task?.velocity),
    reward: (task, { xVelocity }) => bonus - Math.abs(xVelocity - task.velocity),
  };
}

/** r = bonus − ‖p − g‖₁. */
export function place(draw: (rng: Rng) => PlaceTask["goal"], bonus = 0): Goal<PlaceTask> {
  return {
    expected: "{ goal: [x, y] } in metres",
    draw: (rng) => ({ goal: draw(rng) }),
    accepts: (task) => isPoint(task?.goal),
    reward: ({ goal: [goalX, goalY] }, { x, y }) => bonus - (Math.abs(x - goalX) + Math.abs(y - goalY)),
  };
}

/** Forwards or backwards, equally likely. */
export function forwardOrBackward(rng: Rng): readonly [x: number, y: number] {
  return [rng.integer(2) === 1 ? 1 : -1, 0];
}

function isPoint(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}
