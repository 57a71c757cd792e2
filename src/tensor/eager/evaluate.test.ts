import { describe, expect, it } from "vitest";
import { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from "../../math.js";
import type { DType } from "../dtype.js";
import {
  abs,
  add,
  and,
  argMax,
  broadcastTo,
  cast,
  div,
  equal,
  floor,
  less,
  lessEqual,
  matmul,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  recurrence,
  reshape,
  scatterAdd,
  select,
  sigmoid,
  sign,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  tensor,
  topK,
  zeros,
} from "../ops/index.js";
import type { Tensor } from "../tensor.js";
import { bind, bind1 } from "../trace.js";

const f64 = (data: readonly number[]) => tensor(data, { dtype: "float64" });
const i32 = (data: readonly number[]) => tensor(data, { dtype: "int32" });
const flat = (x: Tensor) => Array.from(x.data());
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("element-wise values", () => {
  it("are those of our own functions, in float64", () => {
    const points = [0.1, 0.9, 3];
    for (const [name, f] of Object.entries({ exp, expm1, sin, cos, tanh, erf, log, log1p } as const)) {
      expect(flat(bind1(name as "exp", [f64(points)], {})), name).toEqual(points.map(f));
    }
    expect(flat(f64([2, 9, -8]).pow(f64([0.5, -1, 3])))).toEqual([pow(2, 0.5), 1 / 9, -512]);
    expect(flat(sqrt(f64([4, 2])))).toEqual([2, Math.SQRT2]);
    expect(flat(floor(f64([-1.5, 1.5, -0.2])))).toEqual([-2, 1, -1]);
  });

  it("round float32 once, after computing in float64", () => {
    const [x, y] = [Math.fround(0.1), Math.fround(0.7)];
    expect(div(tensor([x]), tensor([y])).item()).toBe(Math.fround(x / y));
    expect(tensor([x]).exp().item()).toBe(Math.fround(exp(x)));
    expect(add(tensor([16777216]), tensor([1])).item()).toBe(16777216);
  });

  it("wrap int32", () => {
    const top = 0x7fff_ffff;
    expect(flat(add(i32([top]), 1))).toEqual([-top - 1]);
    expect(flat(sub(i32([-top]), 2))).toEqual([top]);
    expect(flat(mul(i32([0x1234_5677, 65537]), i32([0x7654_3211, 65537])))).toEqual([
      Math.imul(0x1234_5677, 0x7654_3211),
      131073,
    ]);
    expect(flat(neg(i32([-top - 1, 3, 0])))).toEqual([-top - 1, -3, 0]);
    expect(flat(abs(i32([-top - 1, -3])))).toEqual([-top - 1, 3]);
    expect(flat(sum(i32([top, top, top])))).toEqual([top - 2]);
  });

  it("let NaN through maximum, minimum, sign and max", () => {
    expect(flat(maximum(f64([nan, 1, 2]), f64([1, nan, 3])))).toEqual([nan, nan, 3]);
    expect(flat(minimum(f64([nan, 1, 2]), f64([1, nan, 3])))).toEqual([nan, nan, 2]);
    expect(flat(sign(f64([nan, -3, 0, 2])))).toEqual([nan, -1, 0, 1]);
    expect(f64([1, nan, 2]).max().item()).toBeNaN();
  });

  it("of sigmoid and softplus neither overflow nor lose small results", () => {
    expect(flat(sigmoid(f64([-700, 0, 700, nan])))).toEqual([exp(-700), 0.5, 1, nan]);
    expect(flat(softplus(f64([-700, 0, 1e6, nan])))).toEqual([exp(-700), Math.LN2, 1e6, nan]);
  });

  it("compare as IEEE 754 says", () => {
    const [a, b] = [f64([1, 2, 3, nan, 0]), f64([2, 2, 2, nan, -0])];
    expect(flat(equal(a, b))).toEqual([0, 1, 0, 0, 1]);
    expect(flat(less(a, b))).toEqual([1, 0, 0, 0, 0]);
    expect(flat(lessEqual(a, b))).toEqual([1, 1, 0, 0, 1]);
    expect(equal(a, b).dtype).toBe("bool");
  });

  it("of bools follow the truth table", () => {
    const [a, b] = [tensor([true, true, false, false]), tensor([true, false, true, false])];
    expect(and(a, b).toArray()).toEqual([true, false, false, false]);
    expect(or(a, b).toArray()).toEqual([true, true, true, false]);
    expect(not(a).toArray()).toEqual([false, false, true, true]);
    expect(select(a, a, b).toArray()).toEqual([true, true, true, false]);
    expect(flat(select(a, i32([1, 2, 3, 4]), i32([5, 6, 7, 8])))).toEqual([1, 2, 7, 8]);
  });

  it("take nothing", () => {
    expect(zeros([0, 3]).exp().add(1).shape).toEqual([0, 3]);
  });
});

describe("cast", () => {
  const to = (data: readonly number[], dtype: DType) => flat(cast(f64(data), dtype));

  it("truncates to int32, saturates, and makes 0 of NaN", () => {
    expect(to([1.9, -1.9, 3e9, -3e9, inf, nan], "int32")).toEqual([
      1, -1, 2147483647, -2147483648, 2147483647, 0,
    ]);
  });

  it("to bool asks for difference from 0", () => {
    expect(to([0, -0, 0.5, -1, nan], "bool")).toEqual([0, 0, 1, 1, 1]);
  });

  it("rounds to float32, and keeps whole numbers and bools", () => {
    expect(to([0.1], "float32")).toEqual([Math.fround(0.1)]);
    expect(flat(cast(i32([-3, 4]), "float32"))).toEqual([-3, 4]);
    expect(flat(cast(tensor([true, false]), "float64"))).toEqual([1, 0]);
    expect(flat(cast(tensor([true, false]), "int32"))).toEqual([1, 0]);
  });
});

describe("sharing", () => {
  it("copies nothing where nothing moves", () => {
    const x = f64([1, 2, 3, 4]);
    expect(reshape(x, [2, 2]).data()).toBe(x.data());
    expect(stopGradient(x).data()).toBe(x.data());
    expect(bind("barrier", [x, x], {}).map((y) => y.data())).toEqual([x.data(), x.data()]);
  });
});

describe("structure", () => {
  it("spreads padding between elements, too", () => {
    const x = f64([1, 2, 3]);
    expect(flat(bind1("pad", [x], { low: [1], high: [2], interior: [1] }))).toEqual([0, 1, 0, 2, 0, 3, 0, 0]);
    expect(flat(bind1("pad", [zeros([0])], { low: [1], high: [1], interior: [3] }))).toEqual([0, 0]);
  });

  it("broadcasts axes of size 1 and new axes", () => {
    expect(broadcastTo(f64([1, 2]).reshape(2, 1), [2, 2, 3]).toArray()).toEqual([
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ]);
  });
});

describe("reductions", () => {
  it("sum float32 in float64", () => {
    expect(sum(tensor([1, 1e8, -1e8])).item()).toBe(1);
  });

  it("fold any set of axes as a loop does", () => {
    const shape = [2, 3, 4, 5];
    const x = tensor(
      Float64Array.from({ length: 120 }, (_, i) => ((i * 37) % 101) - 50),
      { shape },
    );
    for (let mask = 1; mask < 16; mask++) {
      const axes = [0, 1, 2, 3].filter((axis) => mask & (1 << axis));
      const kept = [0, 1, 2, 3].filter((axis) => !axes.includes(axis));
      const sums = new Map<string, number>();
      const tops = new Map<string, number>();
      x.data().forEach((value, i) => {
        const index = [Math.floor(i / 60), Math.floor(i / 20) % 3, Math.floor(i / 5) % 4, i % 5];
        const key = kept.map((axis) => index[axis]).join();
        sums.set(key, (sums.get(key) ?? 0) + value);
        tops.set(key, Math.max(tops.get(key) ?? -inf, value));
      });
      expect(flat(x.sum(axes)), `${axes}`).toEqual([...sums.values()]);
      expect(flat(x.max(axes)), `${axes}`).toEqual([...tops.values()]);
    }
  });

  it("of nothing give 0 and -Infinity", () => {
    expect(flat(zeros([2, 0]).sum(1))).toEqual([0, 0]);
    expect(flat(zeros([2, 0]).max(1))).toEqual([-inf, -inf]);
    expect(zeros([0, 2]).sum(1).shape).toEqual([0]);
  });

  it("run the recurrence along any axis, from either end", () => {
    const a = f64([2, 3, 5, 7, 11, 13]).reshape(3, 2);
    const b = f64([1, 1, 1, 1, 1, 1]).reshape(3, 2);
    expect(flat(recurrence(a, b, 0))).toEqual([1, 1, 6, 8, 67, 105]);
    expect(flat(recurrence(a, b, 0, { reverse: true }))).toEqual([13, 25, 6, 8, 1, 1]);
    expect(flat(recurrence(a, b, 1))).toEqual([1, 4, 1, 8, 1, 14]);
  });
});

describe("indices", () => {
  it("of NaN come before those of numbers, the first NaN first", () => {
    expect(argMax(f64([1, 3, nan, inf, nan])).item()).toBe(2);
    expect(argMax(f64([nan, nan])).item()).toBe(0);
    expect(argMax(f64([-inf, -inf])).item()).toBe(0);
    expect(flat(topK(f64([1, nan, -inf, inf, nan, 3]), 6).indices)).toEqual([1, 4, 3, 5, 0, 2]);
  });

  it("add float32 rows in float64", () => {
    expect(flat(scatterAdd(tensor([1, 1e8, -1e8]), i32([1, 1, 1]), 2))).toEqual([0, 1]);
  });
});

describe("matmul", () => {
  it("sums float32 products in float64", () => {
    const a = tensor([[1, 1e8, -1e8]]);
    expect(matmul(a, tensor([[1], [1], [1]])).item()).toBe(1);
  });

  it("lets NaN and infinity through zeros", () => {
    expect(flat(matmul(f64([0, 0]).reshape(1, 2), f64([nan, 1, 1, 1]).reshape(2, 2)))).toEqual([nan, 0]);
  });
});
