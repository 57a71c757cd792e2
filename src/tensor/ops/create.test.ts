import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import { arange, eye, full, linspace, ones, onesLike, scalar, tensor, zeros, zerosLike } from "./index.js";

describe("tensors", () => {
  it("take shape and dtype from what they are made of", () => {
    expect(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).toString(),
    ).toBe("float32[2, 3]");
    expect(tensor(3).toString()).toBe("float32[]");
    expect(tensor([true, false]).toString()).toBe("bool[2]");
    expect(tensor([]).toString()).toBe("float32[0]");
    expect(tensor([[], []]).toString()).toBe("float32[2, 0]");
    expect(tensor(new Int32Array(4), { shape: [2, 2] }).toString()).toBe("int32[2, 2]");
    expect(tensor(new Float64Array([1.5]), { dtype: "float32" }).toString()).toBe("float32[1]");
    expect(tensor([1, 0, 2], { dtype: "bool" }).toArray()).toEqual([true, false, true]);
  });

  it("copy their data", () => {
    const data = new Float32Array([1, 2]);
    const x = tensor(data);
    data[0] = 9;
    expect(x.toArray()).toEqual([1, 2]);
  });

  it("give their elements back", () => {
    const rows = [[[1, 2]], [[3, 4]]];
    expect(tensor(rows).toArray()).toEqual(rows);
    expect(scalar(2.5).item()).toBe(2.5);
    expect(() => tensor([1, 2]).item()).toThrow(new ShapeError("item: expected one element, got float32[2]"));
  });

  it("refuse to be used as JavaScript values", () => {
    expect(() => Number(tensor([1]))).toThrow("got a tensor used as a JavaScript value");
  });

  it.each<[() => unknown, string]>([
    [() => tensor([[1], [1, 2]]), "tensor: rows must have one shape, got [1] and [2]"],
    [() => tensor(["1"] as never), "tensor: expected numbers or booleans, got string"],
    [() => tensor([1, 2], { shape: [3] }), "tensor: shape [3] holds 3 elements, got 2"],
    [() => zeros([-1]), "full: sizes must be integers >= 0, got [-1]"],
    [() => arange(1.5), "arange: sizes must be integers >= 0, got [1.5]"],
  ])("are refused where sizes do not fit (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});

describe("filled tensors", () => {
  it("hold what they say", () => {
    expect(full([2], 1.5).toArray()).toEqual([1.5, 1.5]);
    expect(Array.from(full([2], 2, "bool").data())).toEqual([1, 1]);
    expect(full([1], true, "bool").toArray()).toEqual([true]);
    expect(ones([1, 2], "int32").toArray()).toEqual([[1, 1]]);
    expect(zerosLike(ones([2], "float64")).toString()).toBe("float64[2]");
    expect(onesLike(zeros([1], "int32")).toArray()).toEqual([1]);
    expect(arange(4).toString()).toBe("int32[4]");
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect(linspace(-1, 1, 5).toArray()).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(linspace(2, 3, 1).toArray()).toEqual([2]);
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(0).shape).toEqual([0, 0]);
  });
});

describe("int32", () => {
  it.each([Number.NaN, 1e20, -3e9, 2 ** 31, 1.5, Number.POSITIVE_INFINITY])("refuses %d", (bad) => {
    const message = `int32 holds integers from -2^31 to 2^31 - 1, got ${bad}. Use cast(x, "int32") to truncate and saturate`;
    expect(() => tensor([0, bad], { dtype: "int32" })).toThrow(new ShapeError(`tensor: ${message}`));
    expect(() => tensor(Float64Array.of(bad), { dtype: "int32" })).toThrow(ShapeError);
    expect(() => scalar(bad, "int32")).toThrow(new ShapeError(`scalar: ${message}`));
    expect(() => full([2], bad, "int32")).toThrow(new ShapeError(`full: ${message}`));
  });

  it("takes all integers that it holds", () => {
    const ends = [-(2 ** 31), -0, 2 ** 31 - 1];
    expect(tensor(ends, { dtype: "int32" }).toArray()).toEqual([-(2 ** 31), 0, 2 ** 31 - 1]);
    expect(tensor([true, false], { dtype: "int32" }).toArray()).toEqual([1, 0]);
  });
});
