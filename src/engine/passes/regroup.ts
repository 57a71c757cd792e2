/**
 * Which axes of two shapes of the same size hold the same elements.
 *
 * @module
 */
import type { Shape } from "../../tensor/shape.js";

export interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The finest groups of neighbouring axes with equal products, in order; axes of size 1 join a neighbour. */
export function regroup(from: Shape, to: Shape): AxisGroup[] {
  const groups: { from: number[]; to: number[] }[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let left = 1;
    let right = 1;
    if (i < from.length) left *= from[group.from[group.from.push(i++) - 1]!]!;
    if (j < to.length) right *= to[group.to[group.to.push(j++) - 1]!]!;
    while (left !== right) {
      if (left < right && i < from.length) left *= from[group.from[group.from.push(i++) - 1]!]!;
      else if (j < to.length) right *= to[group.to[group.to.push(j++) - 1]!]!;
      else break;
    }
    groups.push(group);
  }
  return groups;
}

/** Whether every axis of `from` is a run of whole axes of `to`: a reshape that only splits. */
export function isSplit(from: Shape, to: Shape): boolean {
  return regroup(from, to).every((group) => group.from.filter((axis) => from[axis] !== 1).length <= 1);
}
