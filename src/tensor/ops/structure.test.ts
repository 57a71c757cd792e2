import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import {
  arange,
  at,
  concatenate,
  expandDims,
  flip,
  moveAxis,
  pad,
  repeat,
  reshape,
  slice,
  split,
  squeeze,
  stack,
  tensor,
  transpose,
  zeros,
} from "./index.js";

const grid = arange(6).reshape(2, 3);

describe("reshape", () => {
  it("keeps row-major order, and works out one size", () => {
    expect(reshape(grid, [3, -1]).toArray()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(reshape(grid, [6])).toEqual(expect.objectContaining({ shape: [6] }));
    expect(reshape(zeros([0]), [3, -1]).shape).toEqual([3, 0]);
    expect(reshape(grid, [2, 3])).toBe(grid);
  });

  it("takes its sizes one by one or as an array, as a method", () => {
    expect(grid.reshape(3, 2).shape).toEqual([3, 2]);
    expect(grid.reshape([3, 2]).shape).toEqual([3, 2]);
    expect(grid.reshape([-1]).shape).toEqual([6]);
    expect(arange(1).reshape([]).shape).toEqual([]);
    expect(arange(1).reshape().shape).toEqual([]);
    expect(() => grid.reshape([4])).toThrow("reshape: sizes must agree, got [2, 3] to [4]");
  });
});

describe("transpose", () => {
  it("swaps the last two axes, or permutes all", () => {
    expect(transpose(grid).toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(transpose(arange(24).reshape(2, 3, 4)).shape).toEqual([2, 4, 3]);
    const turned = transpose(arange(24).reshape(2, 3, 4), [2, 0, 1]);
    expect(turned.shape).toEqual([4, 2, 3]);
    expect(at(turned, 1).toArray()).toEqual([
      [1, 5, 9],
      [13, 17, 21],
    ]);
    expect(transpose(grid, [-1, 0]).shape).toEqual([3, 2]);
    expect(transpose(arange(3)).toArray()).toEqual([0, 1, 2]);
    expect(transpose(grid, [0, 1])).toBe(grid);
    expect(transpose(zeros([0, 3])).shape).toEqual([3, 0]);
  });

  it("moves one axis", () => {
    const x = zeros([2, 3, 4]);
    expect(moveAxis(x, 0, -1).shape).toEqual([3, 4, 2]);
    expect(moveAxis(x, -1, 0).shape).toEqual([4, 2, 3]);
    expect(moveAxis(x, 1, 1)).toBe(x);
  });
});

describe("axes of size 1", () => {
  it("are added and dropped", () => {
    expect(expandDims(grid, 0).shape).toEqual([1, 2, 3]);
    expect(expandDims(grid, -1).shape).toEqual([2, 3, 1]);
    expect(squeeze(zeros([1, 2, 1])).shape).toEqual([2]);
    expect(squeeze(zeros([1, 2, 1]), -1).shape).toEqual([1, 2]);
  });
});

describe("flip", () => {
  it("reverses along axes", () => {
    expect(flip(grid, 1).toArray()).toEqual([
      [2, 1, 0],
      [5, 4, 3],
    ]);
    expect(flip(grid, [0, -1]).toArray()).toEqual([
      [5, 4, 3],
      [2, 1, 0],
    ]);
    expect(flip(zeros([0, 2]), 0).shape).toEqual([0, 2]);
    expect(flip(grid, [])).toBe(grid);
  });
});

describe("slice", () => {
  it("cuts boxes, counting from either end, with strides", () => {
    expect(slice(grid, [1]).toArray()).toEqual([[3, 4, 5]]);
    expect(slice(grid, [0, -2], [2, -1]).toArray()).toEqual([[1], [4]]);
    expect(slice(arange(7), [1], [7], [3]).toArray()).toEqual([1, 4]);
    expect(slice(arange(7), [3], [3]).shape).toEqual([0]);
    expect(slice(grid, [])).toBe(grid);
  });

  it("picks one index, dropping the axis", () => {
    expect(at(grid, -1).toArray()).toEqual([3, 4, 5]);
    expect(at(grid, 0, 1).toArray()).toEqual([0, 3]);
    expect(at(arange(3), 2).item()).toBe(2);
  });
});

describe("pad", () => {
  it("adds any value around", () => {
    expect(
      pad(grid, [
        [1, 0],
        [0, 2],
      ]).toArray(),
    ).toEqual([
      [0, 0, 0, 0, 0],
      [0, 1, 2, 0, 0],
      [3, 4, 5, 0, 0],
    ]);
    const infinite = pad(tensor([1, 2]), [[0, 1]], Number.NEGATIVE_INFINITY);
    expect(infinite.toArray()).toEqual([1, 2, Number.NEGATIVE_INFINITY]);
    expect(pad(tensor([true]), [[1, 1]]).toArray()).toEqual([false, true, false]);
    expect(
      pad(
        grid,
        [
          [0, 0],
          [0, 0],
        ],
        7,
      ),
    ).toBe(grid);
  });
});

describe("joining and cutting", () => {
  it("joins along old and new axes", () => {
    expect(concatenate([grid, grid.mul(10)], -1).toArray()).toEqual([
      [0, 1, 2, 0, 10, 20],
      [3, 4, 5, 30, 40, 50],
    ]);
    expect(concatenate([zeros([0, 2]), zeros([3, 2])]).shape).toEqual([3, 2]);
    expect(concatenate([grid])).toBe(grid);
    expect(stack([arange(2), arange(2).add(5)], 1).toArray()).toEqual([
      [0, 5],
      [1, 6],
    ]);
    expect(stack([tensor(1), tensor(2)]).toArray()).toEqual([1, 2]);
    expect(repeat(arange(2), 3).toArray()).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it("cuts into equal parts that join again", () => {
    const parts = split(grid, 3, 1);
    expect(parts.map((x) => x.toArray())).toEqual([
      [[0], [3]],
      [[1], [4]],
      [[2], [5]],
    ]);
    expect(concatenate(parts, 1).toArray()).toEqual(grid.toArray());
  });
});

describe("what does not fit", () => {
  it.each<[() => unknown, string]>([
    [() => reshape(grid, [4]), "reshape: sizes must agree, got [2, 3] to [4]"],
    [() => reshape(grid, [4, -1]), "reshape: sizes must agree, got [2, 3] to [4, -1]"],
    [() => reshape(grid, [-1, -1]), "reshape: sizes must agree, got [2, 3] to [-1, -1]"],
    [() => transpose(grid, [0, 0]), "transpose: expected a permutation of 2 axes, got [0,0] for [2, 3]"],
    [() => transpose(grid, [0]), "transpose: expected a permutation of 2 axes, got [0] for [2, 3]"],
    [() => transpose(grid, [0, 2]), "transpose: axis must be an integer in [-2, 1], got 2"],
    [() => expandDims(grid, 3), "expandDims: axis must be an integer in [-3, 2], got 3"],
    [() => squeeze(grid, 0), "squeeze: axis 0 must have size 1, got [2, 3]"],
    [() => flip(grid, [0, -2]), "flip: axes must differ, got [0,-2]"],
    [() => at(grid, 2), "at: index must be an integer in [-2, 1], got 2"],
    [() => slice(grid, [0, 0, 0]), "slice: expected at most 2 axes for [2, 3], got starts [0,0,0]"],
    [
      () => slice(grid, [0, 2], [2, 1]),
      "slice: expected integers 0 <= start <= limit <= 3 and stride >= 1 on axis 1, got start 2, limit 1, stride 1",
    ],
    [
      () => slice(grid, [0.5]),
      "slice: expected integers 0 <= start <= limit <= 2 and stride >= 1 on axis 0, got start 0.5, limit 2, stride 1",
    ],
    [() => pad(grid, [[1, 1]]), "pad: expected [before, after] for each of 2 axes, got 1"],
    [
      () => pad(tensor([1]), [[-1, 0]]),
      "pad: paddings must be integers >= 0, got low [-1], high [0], interior [0]",
    ],
    [() => concatenate([]), "concatenate: expected at least one tensor, got none"],
    [
      () => concatenate([grid, zeros([2, 3])]),
      "concatenate: tensors must agree but on axis 0, got int32[2, 3], float32[2, 3]",
    ],
    [
      () => concatenate([grid, arange(4).reshape(1, 4)]),
      "concatenate: tensors must agree but on axis 0, got int32[2, 3], int32[1, 4]",
    ],
    [() => split(grid, 2, 1), "split: axis 1 of size 3 must divide into 2 equal parts"],
  ])("is refused (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});
