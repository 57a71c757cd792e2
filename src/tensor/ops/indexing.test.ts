import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import { arange, oneHot, scatterAdd, take, takeAlong, tensor, topK, zeros } from "./index.js";

const i32 = (data: readonly number[]) => tensor(data, { dtype: "int32" });
const grid = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("take", () => {
  it("picks along any axis; the index's shape takes the axis's place", () => {
    expect(take(grid, i32([1, 0, 1])).toArray()).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(take(grid, i32([2, 0]), 1).toArray()).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(take(grid, i32([2, 0]), -1).toArray()).toEqual([
      [3, 1],
      [6, 4],
    ]);
    expect(take(grid, tensor(1, { dtype: "int32" })).toArray()).toEqual([4, 5, 6]);
    expect(take(grid, i32([0, 1, 2, 0]).reshape(2, 2), 1).toArray()).toEqual([
      [
        [1, 2],
        [3, 1],
      ],
      [
        [4, 5],
        [6, 4],
      ],
    ]);
    expect(take(arange(24).reshape(2, 3, 4), zeros([5, 6], "int32"), 1).shape).toEqual([2, 5, 6, 4]);
    expect(take(grid, i32([])).shape).toEqual([0, 3]);
  });

  it("goes row by row along the last axis", () => {
    expect(takeAlong(grid, i32([2, 0, 1, 2]).reshape(2, 2)).toArray()).toEqual([
      [3, 1],
      [5, 6],
    ]);
    expect(takeAlong(tensor([7, 8]), i32([1])).toArray()).toEqual([8]);
    expect(takeAlong(zeros([2, 3, 4]), zeros([2, 3, 1], "int32")).shape).toEqual([2, 3, 1]);
  });
});

describe("scatterAdd", () => {
  it("adds equal indices up", () => {
    const updates = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(scatterAdd(updates, i32([2, 0, 2, 3]), 4).toArray()).toEqual([
      [3, 4],
      [0, 0],
      [6, 8],
      [7, 8],
    ]);
    expect(scatterAdd(zeros([0, 2]), i32([]), 2).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(scatterAdd(i32([3, 4]), i32([0, 0]), 1).toString()).toBe("int32[1]");
  });
});

describe("oneHot", () => {
  it("is 1 at the index, else 0", () => {
    expect(oneHot(i32([1, 0]), 2).toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(oneHot(tensor(2, { dtype: "int32" }), 3, "float64").toString()).toBe("float64[3]");
  });
});

describe("topK", () => {
  it("gives the largest first, ties by lower index", () => {
    const { values, indices } = topK(
      tensor([
        [1, 3, 3, 2],
        [0, 0, 0, -1],
      ]),
      3,
    );
    expect(values.toArray()).toEqual([
      [3, 3, 2],
      [0, 0, 0],
    ]);
    expect(indices.toArray()).toEqual([
      [1, 2, 3],
      [0, 1, 2],
    ]);
    expect(indices.dtype).toBe("int32");
    expect(topK(zeros([0, 3]), 2).values.shape).toEqual([0, 2]);
    expect(topK(tensor([5]), 1).values.toArray()).toEqual([5]);
  });
});

describe("what does not fit", () => {
  it.each<[() => unknown, string]>([
    [() => take(grid, tensor([1])), 'take: an index must be int32, got float32[1]. Use cast(x, "int32")'],
    [() => take(grid, i32([1]), 2), "take: axis must be an integer in [-2, 1], got 2"],
    [() => takeAlong(grid, i32([1])), "takeAlong: index must have shape [2, k], got [1]"],
    [
      () => scatterAdd(grid, i32([1]), 3),
      "scatterAdd: expected an index per row of updates, got float32[2, 3], int32[1]",
    ],
    [() => scatterAdd(grid, i32([1, 0]), -1), "scatterAdd: rows must be an integer >= 0, got -1"],
    [
      () => topK(tensor([1, 2]), 3),
      "topK: k must be an integer in [1, size of the last axis], got 3 for [2]",
    ],
    [() => topK(tensor(1), 1), "topK: k must be an integer in [1, size of the last axis], got 1 for []"],
  ])("is refused (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});
