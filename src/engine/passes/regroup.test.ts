/** Which axes of a reshape's operand become which of its result. */
import { describe, expect, it } from "vitest";
import type { Shape } from "../../tensor/shape.js";
import { isSplit, regroup } from "./regroup.js";

describe("regroup", () => {
  it.each([
    [[6], [2, 3], [[[0], [0, 1]]]],
    [
      [2, 3, 4],
      [6, 4],
      [
        [[0, 1], [0]],
        [[2], [1]],
      ],
    ],
    [
      [4, 6],
      [6, 4],
      [
        [
          [0, 1],
          [0, 1],
        ],
      ],
    ],
    [
      [2, 3],
      [2, 1, 3],
      [
        [[0], [0]],
        [[1], [1, 2]],
      ],
    ],
  ] as [Shape, Shape, unknown][])("of %j and %j", (from, to, groups) => {
    const wide = (shape: Shape, axes: readonly number[]) => axes.filter((axis) => shape[axis] !== 1);
    const got = regroup(from, to).map((g) => [wide(from, g.from), wide(to, g.to)]);
    const expected = (groups as number[][][]).map(([a, b]) => [wide(from, a!), wide(to, b!)]);
    expect(got.filter(([a, b]) => a!.length + b!.length > 0)).toEqual(expected);
  });

  it("knows reshapes that only split", () => {
    expect(isSplit([6, 4], [2, 3, 4])).toBe(true);
    expect(isSplit([2, 3, 4], [6, 4])).toBe(false);
    expect(isSplit([4, 6], [6, 4])).toBe(false);
    expect(isSplit([1, 6], [2, 3])).toBe(true);
  });
});
