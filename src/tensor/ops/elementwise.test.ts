import { describe, expect, it } from "vitest";
import { ShapeError } from "../../errors.js";
import type { Tensor } from "../tensor.js";
import {
  add,
  broadcastTo,
  cast,
  clamp,
  div,
  equal,
  gelu,
  greater,
  greaterEqual,
  leakyRelu,
  notEqual,
  pow,
  reciprocal,
  relu,
  rsqrt,
  select,
  silu,
  square,
  sub,
  tensor,
  zeros,
} from "./index.js";

const f64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
const flat = (x: Tensor) => Array.from(x.data());
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("operands", () => {
  it("broadcast as in NumPy", () => {
    const column = f64([10, 20]).reshape(2, 1);
    expect(add(column, f64([1, 2, 3])).toArray()).toEqual([
      [11, 12, 13],
      [21, 22, 23],
    ]);
    expect(add(zeros([2, 1, 3]), zeros([4, 1])).shape).toEqual([2, 4, 3]);
    expect(add(zeros([0, 1]), zeros([1, 3])).shape).toEqual([0, 3]);
    expect(add(zeros([]), zeros([1, 1])).shape).toEqual([1, 1]);
  });

  it("may be numbers, of the tensor's dtype", () => {
    expect(sub(1, f64([0.25])).toString()).toBe("float64[1]");
    expect(sub(1, f64([0.25])).item()).toBe(0.75);
    expect(tensor([7], { dtype: "int32" }).add(1).toString()).toBe("int32[1]");
    expect(add(1, 2).toString()).toBe("float32[]");
    expect(equal(tensor([1, 2]), 2).toArray()).toEqual([false, true]);
  });

  it.each<[() => unknown, string]>([
    [() => add(zeros([2]), zeros([3])), "add: shapes must broadcast together, got [2] and [3]"],
    [
      () => add(zeros([2]), f64([1, 2])),
      "add: operands must have one dtype, got float32[2], float64[2]. Use cast(x, dtype)",
    ],
    [
      () => div(zeros([1], "int32"), zeros([1], "int32")),
      "div: operands must be float, got int32[1], int32[1]",
    ],
    [() => add(tensor([true]), true), "add: operands must be float or int32, got bool[1], bool[1]"],
    [
      () => add(zeros([1], "int32"), 0.5),
      "add: a number beside int32 must be an integer, got 0.5. Use cast(x, dtype)",
    ],
    [() => add(zeros([1]), "1" as never), "add: operands must be tensors or numbers, got 1"],
    [() => zeros([1], "int32").exp(), "exp: operands must be float, got int32[1]"],
    [() => select(zeros([2]), 1, 0), "select: condition must be bool[2], got float32[2]"],
    [() => broadcastTo(zeros([2]), [3]), "broadcast: shapes must broadcast together, got [2] and [3]"],
    [() => broadcastTo(zeros([2, 1]), [2]), "broadcast: [2, 1] does not broadcast to [2]"],
    [() => clamp(zeros([1]), 1, 0), "clamp: low must be <= high, got 1 and 0"],
  ])("are refused where they do not fit (%#)", (f, message) => {
    expect(f).toThrow(new ShapeError(message));
  });
});

describe("compositions", () => {
  const x = f64([-2, -0.5, 0, 0.5, 2, nan]);

  it("follow their formulas", () => {
    expect(flat(relu(x))).toEqual([0, 0, 0, 0.5, 2, nan]);
    expect(flat(leakyRelu(x, 0.5))).toEqual([-1, -0.25, 0, 0.5, 2, nan]);
    expect(flat(clamp(x, -1, 1))).toEqual([-1, -0.5, 0, 0.5, 1, nan]);
    expect(flat(clamp(f64([-inf, inf]), -1, 1))).toEqual([-1, 1]);
    expect(flat(square(f64([3, -4])))).toEqual([9, 16]);
    expect(flat(reciprocal(f64([4, 0])))).toEqual([0.25, inf]);
    expect(flat(rsqrt(f64([4, 0.25])))).toEqual([0.5, 2]);
    expect(pow(2, f64([3])).item()).toBe(8);
    expect(silu(f64([1])).item()).toBeCloseTo(0.7310585786300049, 15);
    expect(gelu(f64([1])).item()).toBeCloseTo(0.8413447460685429, 15); // Φ(1)
    expect(gelu(f64([-1])).item()).toBeCloseTo(-0.15865525393145707, 15);
  });

  it("compare", () => {
    const [a, b] = [f64([1, 2, 3, nan]), f64([2, 2, 2, nan])];
    expect(greater(a, b).toArray()).toEqual([false, false, true, false]);
    expect(greaterEqual(a, b).toArray()).toEqual([false, true, true, false]);
    expect(notEqual(a, b).toArray()).toEqual([true, false, true, true]);
  });

  it("of select broadcast the condition and both sides", () => {
    const condition = tensor([[true], [false]]);
    expect(select(condition, f64([1, 2]), 0).toArray()).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect(select(condition, 1, 0).toString()).toBe("float32[2, 1]");
  });

  it("of cast to the same dtype are the tensor itself", () => {
    expect(cast(x, "float64")).toBe(x);
  });
});
