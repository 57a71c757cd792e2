/** What every operation that takes an index or a label does about one out of range, at once and compiled. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { categorical } from "../distributions/index.js";
import { ShapeError } from "../errors.js";
import { accuracy, softmaxCrossEntropy } from "../nn/index.js";
import {
  at,
  grad,
  oneHot,
  scan,
  scatterAdd,
  sum,
  type Tensor,
  take,
  takeAlong,
  tensor,
  vmap,
} from "../tensor/index.js";
import { compile } from "./compile.js";
import { describeNonFinite, locateNonFinite } from "./non-finite.js";
import { describeBuilds, expectCompiled, withBuild } from "./testing/compare.js";

const ROWS = 4;
const N = 3;
const i32 = (data: readonly number[]) => tensor(data, { dtype: "int32" });

/** A value for each of the `ROWS` rows of x `[ROWS, N]`, made with the row's own index `[ROWS]`. */
type ByRow = (x: Tensor, index: Tensor) => Tensor;
const column = (index: Tensor) => index.reshape(...index.shape, 1);
const operations: Readonly<Record<string, ByRow>> = {
  take: (x, index) => vmap((row: Tensor, i: Tensor) => take(row, i))(x, index),
  takeAlong: (x, index) => takeAlong(x, column(index)).sum(-1),
  oneHot: (x, index) => oneHot(index, N).mul(x).sum(-1),
  scatterAdd: (x, index) =>
    vmap((row: Tensor, i: Tensor) => scatterAdd(row.slice([0], [1]), i.reshape(1), N).sum())(x, index),
  softmaxCrossEntropy: (x, index) => vmap(softmaxCrossEntropy)(x, index),
  categorical: (x, index) => categorical(x).logProb(index),
};
/** The same rows, by other ways of getting there. */
const ways: Readonly<Record<string, (f: ByRow) => ByRow>> = {
  plain: (f) => f,
  "in vmap": (f) => (x, index) =>
    vmap((row: Tensor, i: Tensor) => f(row.reshape(1, N), i.reshape(1)).sum())(x, index),
  "in scan": (f) => (x, index) =>
    scan(
      (carry: Tensor, { row, i }: { row: Tensor; i: Tensor }) => {
        const y = f(row.reshape(1, N), i.reshape(1)).sum();
        return [carry.add(1), y] as [Tensor, Tensor];
      },
      tensor(0),
      { row: x, i: index },
    )[1],
};
const gradientOf = (f: ByRow) => (x: Tensor, index: Tensor) => grad((z: Tensor) => sum(f(z, index)))(x);
const x = tensor(
  Float32Array.from({ length: ROWS * N }, (_, i) => Math.sin(i + 1)),
  { shape: [ROWS, N] },
);
const outOfRange = fc.constantFrom(-1, N, N + 1, -N, 2 ** 31 - 1, -(2 ** 31));
const isBad = (i: number) => i < 0 || i >= N;
/** Rows of which some are out of range. */
const wild = fc.array(fc.oneof(fc.integer({ min: 0, max: N - 1 }), outOfRange), {
  minLength: ROWS,
  maxLength: ROWS,
});

describe.each(Object.entries(operations))("an index out of range in %s", (name, f) => {
  describe.each(Object.entries(ways))("%s", (_, way) => {
    const byRow = way(f);

    it("is refused where it is known, with its value and N", () => {
      fc.assert(
        fc.property(
          wild.filter((list) => list.some(isBad)),
          (list) => {
            for (const g of [byRow, gradientOf(byRow)]) {
              expect(() => g(x, i32(list))).toThrow(ShapeError);
              expect(() => g(x, i32(list))).toThrow(
                new RegExp(
                  `^${name}: .* must be in 0\\.\\.2 \\(N = 3\\), got (${list.filter(isBad).join("|")})\\b`,
                ),
              );
            }
          },
        ),
        { numRuns: 10, seed: 1 },
      );
    });

    describeBuilds("compiled", (build) => {
      it("makes NaN of its row and of the row's gradient, and of nothing else", () => {
        withBuild(build, () => {
          const [values, gradient] = [compile(byRow), compile(gradientOf(byRow))];
          fc.assert(
            fc.property(wild, (list) => {
              const [y, g] = [values(x, i32(list)).data(), gradient(x, i32(list))];
              list.forEach((index, row) => {
                expect(Number.isNaN(y[row]!), `value of row ${row}`).toBe(isBad(index));
                const slopes = Array.from(at(g, row).data());
                // scatterAdd writes what it reads elsewhere: its gradient is a row that is picked
                const ofRow = name === "scatterAdd" ? slopes.slice(0, 1) : slopes;
                expect(ofRow.every(Number.isNaN), `gradient of row ${row}: ${slopes}`).toBe(isBad(index));
              });
            }),
            { numRuns: 25, seed: 1 },
          );
        });
      });

      it("changes nothing where all are in range", () => {
        expectCompiled(build, byRow, [x, i32([0, 2, 1, 2])], 1e-6);
        expectCompiled(build, gradientOf(byRow), [x, i32([0, 2, 1, 2])], 1e-6);
      });
    });

    it("is found by locateNonFinite", () => {
      const found = locateNonFinite(byRow, x, i32([0, 1, 2, 7]));
      expect(found).toMatchObject({ operation: "checkIndex", value: 7 });
      expect(describeNonFinite(found!)).toMatch(
        new RegExp(
          `^checkIndex, operation .* is 7\\. ${name}: .* must be in 0\\.\\.2 \\(N = 3\\)\\. Count from 0$`,
        ),
      );
    });
  });
});

describe("a label out of range", () => {
  it("has no accuracy", () => {
    expect(() => accuracy(x, i32([0, 1, 2, 3]))).toThrow(
      "accuracy: a label must be in 0..2 (N = 3), got 3 at [3]. Count from 0",
    );
    expect(compile(accuracy)(x, i32([0, 1, 2, 3])).item()).toBeNaN();
    expect(compile(accuracy)(x, i32([0, 1, 2, 2])).item()).toBe(accuracy(x, i32([0, 1, 2, 2])).item());
  });

  it("makes the whole mean NaN, and of the gradient its row", () => {
    const loss = compile(softmaxCrossEntropy);
    expect(loss(x, i32([0, 1, 2, 3])).item()).toBeNaN();
    const slope = compile(grad(softmaxCrossEntropy))(x, i32([0, -1, 2, 0]));
    expect(Array.from(slope.data(), Number.isFinite)).toEqual([
      ...[true, true, true],
      ...[false, false, false],
      ...[true, true, true],
      ...[true, true, true],
    ]);
  });

  it("is no float", () => {
    const floats = tensor([0, 1, 2, Number.NaN]);
    for (const f of [softmaxCrossEntropy, accuracy, (z: Tensor, y: Tensor) => categorical(z).logProb(y)]) {
      expect(() => f(x, floats)).toThrow(/must be int32, got float32\[4\]/);
      expect(() => compile(f)(x, floats)).toThrow(/must be int32, got float32\[4\]/);
    }
  });
});

describe("integers and bools, which have no NaN", () => {
  it("read the least integer, and true", () => {
    const ints = compile((t: Tensor, index: Tensor) => take(t, index));
    expect(ints(i32([5, 6]), i32([1, 2, -1])).toArray()).toEqual([6, -(2 ** 31), -(2 ** 31)]);
    expect(ints(tensor([false, false]), i32([1, 2])).toArray()).toEqual([false, true]);
    const hot = compile((index: Tensor) => oneHot(index, 2, "int32"));
    expect(hot(i32([1, 2])).toArray()).toEqual([
      [0, 1],
      [-(2 ** 31), -(2 ** 31)],
    ]);
  });
});
