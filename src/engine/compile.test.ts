/** Compiled programs against the eager reference: random programs and their derivatives, results, refusals. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, type MetaError, ShapeError } from "../errors.js";
import { Rng } from "../random/index.js";
import {
  add,
  at,
  broadcastTo,
  cast,
  concatenate,
  eye,
  full,
  grad,
  jvp,
  matmul,
  maximum,
  mul,
  reshape,
  scan,
  select,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  vmap,
} from "../tensor/index.js";
import type { Shape } from "../tensor/shape.js";
import { flatten } from "../tensor/tree.js";
import { compile, engineMemory } from "./compile.js";
import type { Build } from "./executor/build.js";
import { describeBuilds, expectAgree, expectCompiled, withBuild } from "./testing/compare.js";
import { drawInput, programs, runInstructions, type Style } from "./testing/random-program.js";

type Flat = readonly Tensor[];

const normal =
  (...shape: number[]) =>
  (rng: Rng) =>
    drawInput(shape, "smooth", rng);

describeBuilds("random programs", (build) => {
  const inputs = (shapes: readonly Shape[], style: Style, seed: number) =>
    shapes.map((shape, i) => drawInput(shape, style, Rng.seed(seed).fork("x", i)));

  it("give what the reference gives, to the last bit on whole numbers", () => {
    const property = fc.property(programs(15), fc.nat(99), ({ shapes, instructions }, seed) => {
      const f = (xs: Flat) => runInstructions(instructions, xs, "exact");
      expectCompiled(build, f, [inputs(shapes, "exact", seed)]);
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it("may be vectorised", () => {
    const property = fc.property(programs(10), fc.nat(99), ({ shapes, instructions }, seed) => {
      const f = (xs: Flat) => runInstructions(instructions, xs, "exact");
      const batches = inputs(
        shapes.map((shape) => [2, ...shape]),
        "exact",
        seed,
      );
      expectCompiled(build, vmap(f), [batches]);
    });
    fc.assert(property, { numRuns: 100, seed: 2 });
  });

  /** As close to the exact result as the reference in float32 is, but for a factor: some derivatives cancel. */
  const expectClose = (build: Build, f: (xs: Tensor[]) => unknown, xs: Tensor[]) => {
    const exact = flatten(f(xs.map((x) => cast(x, "float64"))))[0];
    const rounded = flatten(f(xs))[0];
    const got = flatten(withBuild(build, () => compile(f)(xs)))[0];
    const distance = (a: Tensor, b: Tensor) =>
      Array.from(a.data()).reduce((top, value, i) => Math.max(top, Math.abs(value - b.data()[i]!)), 0);
    exact.forEach((x, i) => {
      const scale = Array.from(x.data()).reduce((top, value) => Math.max(top, Math.abs(value)), 1);
      const allowed = 1e-4 * scale + 20 * distance(rounded[i]!, x);
      expect(distance(got[i]!, x), `result ${i}`).toBeLessThanOrEqual(allowed);
    });
  };

  it("have the derivatives of the reference, of first and second order", () => {
    const property = fc.property(programs(8), fc.nat(99), ({ shapes, instructions }, seed) => {
      const xs = inputs(shapes, "smooth", seed);
      const loss = (list: Tensor[]) =>
        runInstructions(instructions, list, "smooth").reduce((t, y) => add(t, sum(tanh(y))), sum(list[0]!));
      const squares = (list: Tensor[]) =>
        grad(loss)(list).reduce((t, g) => add(t, sum(mul(g, g))), sum(list[0]!));
      expectClose(build, grad(loss), xs);
      expectClose(build, grad(squares), xs);
      expectClose(build, (list: Tensor[]) => jvp(loss, [list], [list]), xs);
    });
    fc.assert(property, { numRuns: 60, seed: 3 });
  });
});

describeBuilds("results", (build) => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  it("may be arguments, constants, views of them, and one value twice", () => {
    const constant = tensor([7, 8, 9]);
    const f = (p: Tensor, n: Tensor, c: Tensor) => {
      const y = p.mul(2);
      return {
        same: [p, p, n, c],
        constants: [constant, tensor(3), full([2, 2], true), tensor([1, 2], { dtype: "int32" })],
        views: [
          transpose(p),
          at(p, 1),
          reshape(transpose(p), [6]),
          broadcastTo(at(p, 0), [2, 3]),
          at(constant, 1),
        ],
        twice: [y, y, transpose(y), p.mul(2), reshape(y, [6])],
      };
    };
    expectCompiled(build, f, [x, tensor([1, -1], { dtype: "int32" }), tensor([true, false])]);
    expectCompiled(build, () => ({}), []);
    expectCompiled(build, () => [tensor(1)], []);
  });

  it("are copies: a later call does not change them", () => {
    withBuild(build, () => {
      const f = compile((p: Tensor) => [p.add(1), p] as const);
      const [first] = f(x);
      f(x.mul(100));
      expectAgree(first, x.add(1));
    });
  });

  it("are the same bits every time, whatever ran before", () => {
    withBuild(build, () => {
      const rng = Rng.seed(2);
      const args: [Tensor, Tensor] = [normal(33, 33)(rng), normal(33, 33)(rng)];
      const f = (p: Tensor, q: Tensor) => grad((w: Tensor) => sum(tanh(matmul(sin(w), q))))(p);
      const bits = (y: Tensor) => Array.from(new Int32Array(y.data().slice().buffer));
      const compiled = compile(f);
      const expected = bits(compiled(...args));
      compile((p: Tensor) => matmul(p, p).add(Number.NaN))(normal(100, 100)(rng)); // leaves other values behind
      expect(bits(compiled(...args))).toEqual(expected);
      expect(bits(compile(f)(...args))).toEqual(expected);
    });
  });

  it("need no more memory after the first call", () => {
    withBuild(build, () => {
      const f = compile((p: Tensor) => matmul(p, transpose(p)).exp().sum());
      f(x);
      const before = engineMemory();
      for (let i = 0; i < 50; i++) f(x);
      expect(engineMemory()).toBe(before);
    });
  });

  it("of each shape and dtype have a program of their own", () => {
    withBuild(build, () => {
      let traced = 0;
      const f = compile((p: Tensor) => {
        traced++;
        return p.add(p);
      });
      for (const p of [
        tensor([1, 2]),
        tensor([[1, 2]]),
        tensor([1, 2], { dtype: "int32" }),
        tensor([3, 4]),
      ]) {
        expectAgree(f(p), p.add(p));
      }
      expect(traced).toBe(3);
    });
  });

  it("of kernels that differ in an infinite or signed constant are their own", () => {
    const f = (p: Tensor) => {
      const q = matmul(p, transpose(p));
      const one = maximum(p, Number.POSITIVE_INFINITY);
      return [
        one,
        maximum(reshape(concatenate([q, q]), [2, 4]), Number.NEGATIVE_INFINITY),
        matmul(one, transpose(p)),
      ];
    };
    expectCompiled(build, f, [normal(2, 4)(Rng.seed(1))], 1e-6);
    const zerosOf = (p: Tensor) => {
      const negative = select(p.cast("bool"), full([2, 2], -0), p);
      return [negative, select(matmul(p, p).cast("bool"), full([2, 2], 0), matmul(p, p))];
    };
    withBuild(build, () => {
      const [negative, positive] = compile(zerosOf)(eye(2));
      expect([negative, positive].map((y) => Object.is(y!.data()[0], -0))).toEqual([true, false]);
    });
  });
});

describe("a compiled function", () => {
  const f = compile((x: Tensor) => x.mul(x).mul(x));

  it("is the function itself inside of transforms", () => {
    const x = tensor([1, 2, 3]);
    expectAgree(grad((y: Tensor) => sum(f(y)))(x), x.mul(x).mul(3));
    expectAgree(vmap(f)(x), f(x));
    expectAgree(compile((y: Tensor) => f(y).add(1))(x), f(x).add(1));
  });

  it("that closes over a tensor of a transform follows it", () => {
    const x = tensor([1, 2, 3]);
    const g = grad((w: Tensor) => sum(compile((y: Tensor) => y.mul(w))(x)))(tensor([1, 1, 1]));
    expectAgree(g, x);
  });
});

describe("compile refuses, in clear words,", () => {
  const x = tensor([1, 2]);
  const errors: readonly (readonly [
    what: string,
    call: () => unknown,
    message: string,
    Type?: new (message: string) => MetaError,
  ])[] = [
    [
      "float64 arguments",
      () => compile((y: Tensor) => y.mul(2))(tensor([1], { dtype: "float64" })),
      "compile: expected float32, int32 or bool, got float64[1]. float64 runs in the eager reference only",
    ],
    [
      "float64 inside a loop",
      () =>
        compile((y: Tensor) =>
          scan((h: Tensor) => [h.cast("float64").exp().cast("float32"), h], y, [], { length: 2 }),
        )(x),
      "compile: expected float32, int32 or bool, got float64[2]. float64 runs in the eager reference only",
    ],
    [
      "float64 constants as results",
      () => compile((y: Tensor) => [y, tensor([1, 2], { dtype: "float64" })])(x),
      "compile: expected float32, int32 or bool, got float64[2]. float64 runs in the eager reference only",
    ],
    [
      "a branch on a value",
      () => compile((y: Tensor) => (y.sum().item() > 0 ? y : y.neg()))(x),
      "item: the value of float32[] is not known while compile traces the function. Use select() instead of a branch, or move the branch outside",
    ],
    [
      "a comparison by JavaScript",
      () => compile((y: Tensor) => ((y as unknown as number) > 0 ? y : y.neg()))(x),
      "float32[2]: expected an operation such as x.add(1) or greater(x, 0), got a tensor used as a JavaScript value. Use item() outside of transforms, select() inside",
    ],
    [
      "a tensor that outlived its transform",
      () => {
        let kept = x;
        compile((y: Tensor) => {
          kept = y.add(1);
          return y;
        })(x);
        return compile((y: Tensor) => y.add(kept))(x);
      },
      "add: operands must belong to a running transform, got float32[2] from a compile that has ended. Return it from the function instead of storing it outside",
    ],
    [
      "an argument that outlived its transform",
      () => {
        let kept = x;
        grad((y: Tensor) => {
          kept = y;
          return sum(y);
        })(x);
        return compile((y: Tensor) => y.add(1))(kept);
      },
      "add: operands must belong to a running transform, got float32[2] from a grad that has ended. Return it from the function instead of storing it outside",
    ],
    [
      "donated positions beyond the arguments",
      () => compile((y: Tensor) => y, { donate: [0, 1] })(x),
      "compile: donate must list positions of the 1 arguments, got [0, 1]",
      ConfigError,
    ],
    [
      "donated positions that are none",
      () => compile((y: Tensor) => y, { donate: [-1] }),
      "compile: donate must list positions of arguments, got [-1]",
      ConfigError,
    ],
    [
      "arguments that are not tensors",
      () => compile((y: Tensor, lr: number) => y.mul(lr))(x, 0.1),
      "compile: arguments[1] must be a tensor, or an array or plain object of tensors, got number 0.1",
    ],
    [
      "results that are not tensors",
      () => compile((y: Tensor) => ({ loss: y, name: "a" }))(x),
      "compile: result.name must be a tensor, or an array or plain object of tensors, got string a",
    ],
  ];
  for (const [what, call, message, Type = ShapeError] of errors) {
    it(what, () => expect(call).toThrow(new Type(message)));
  }

  it("a plan that does not fit memory, before it takes any", () => {
    const before = engineMemory();
    const f = (y: Tensor) => {
      const wide = broadcastTo(sin(y), [50_000, 50_000]);
      return matmul(wide, wide.add(1)).sum();
    };
    expect(() => compile(f)(tensor([[1]]))).toThrow(
      "compile: a plan must fit 4 GiB, got 18.63 GiB; its largest values:",
    );
    expect(() => compile(f)(tensor([[1]]))).toThrow(/matmul float32\[.*\] of 9.31 GiB.*checkpoint\(\)$/);
    expect(engineMemory()).toBe(before);
  });
});
