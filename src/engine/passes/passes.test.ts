/** What optimisation does to programs, and that it keeps their values. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import {
  add,
  broadcastTo,
  cast,
  checkpoint,
  concatenate,
  customJvp,
  div,
  evalProgram,
  full,
  grad,
  less,
  matmul,
  maximum,
  mul,
  neg,
  relu,
  reshape,
  type Shape,
  scan,
  select,
  showProgram,
  slice,
  sqrt,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  trace,
  transpose,
  tree,
  vmap,
  zeros,
} from "../../tensor/index.js";
import type { Primitive } from "../../tensor/primitives.js";
import type { Program } from "../../tensor/program.js";
import { bind } from "../../tensor/trace.js";
import { compile, executableOf, programOf } from "../compile.js";
import { expectAgree } from "../testing/compare.js";
import { drawInput, programs, runInstructions } from "../testing/random-program.js";
import { optimize } from "./index.js";

type Flat = readonly Tensor[];
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const normal = (...shape: number[]) => drawInput(shape, "smooth", Rng.seed(1).fork(String(shape)));
/** The optimised program as text. */
const shown = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => `\n${showProgram(programOf(f, xs))}\n`;
/** How often each primitive occurs, bodies of loops included. */
function count({ equations }: Program, into: Partial<Record<Primitive, number>> = {}) {
  for (const { primitive, params } of equations) {
    into[primitive] = (into[primitive] ?? 0) + 1;
    if ("body" in params) count(params.body as Program, into);
  }
  return into;
}
const counts = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => count(programOf(f, xs));

/** Checks that the optimised program computes what the traced one does. */
function expectSameValues(f: (xs: Flat) => Tensor[], xs: Flat, tolerance = 0): Program {
  const { program } = trace(f, xs, "compile");
  const optimised = optimize(program);
  expectAgree(evalProgram(optimised, xs), evalProgram(program, xs), tolerance);
  return optimised;
}

describe("optimisation of random programs", () => {
  it("keeps every value", () => {
    const property = fc.property(programs(20), fc.nat(99), ({ shapes, instructions }, seed) => {
      const xs = shapes.map((shape, i) => drawInput(shape, "exact", Rng.seed(seed).fork("x", i)));
      expectSameValues((list) => runInstructions(instructions, list, "exact"), xs);
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  it("keeps the values of their gradients", () => {
    const property = fc.property(programs(8), fc.nat(99), ({ shapes, instructions }, seed) => {
      const xs = shapes.map((shape, i) =>
        drawInput(shape, "smooth", Rng.seed(seed).fork("x", i)).cast("float64"),
      );
      const loss = (list: Flat) =>
        runInstructions(instructions, list, "smooth").reduce((t, y) => add(t, sum(tanh(y))), sum(list[0]!));
      expectSameValues((list) => [...grad(loss)(list)], xs, 1e-9);
    });
    fc.assert(property, { numRuns: 150, seed: 2 });
  });

  it("changes nothing the second time", () => {
    const property = fc.property(programs(15), ({ shapes, instructions }) => {
      const xs = shapes.map((shape) => zeros(shape));
      const once = programOf((...list: Tensor[]) => runInstructions(instructions, list, "exact"), xs);
      expect(count(optimize(once))).toEqual(count(once));
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
  });
});

const x = normal(2, 3);

describe("what is simplified", () => {
  const same: readonly (readonly [name: string, f: (x: Tensor) => Tensor])[] = [
    ["x + 0", (a) => a.add(0)],
    ["0 + x", (a) => add(0, a)],
    ["x - 0", (a) => a.sub(0)],
    ["x · 1", (a) => a.mul(1)],
    ["1 · x", (a) => mul(1, a)],
    ["x / 1", (a) => a.div(1)],
    ["x to the power 1", (a) => a.pow(1)],
    ["-(-x)", (a) => neg(neg(a))],
    ["x under another shape and back", (a) => reshape(reshape(a, [3, 2]), [2, 3])],
    ["x transposed twice", (a) => transpose(transpose(a))],
    ["a slice of all", (a) => slice(a, [0, 0], [2, 3])],
    ["a cast to its own type", (a) => cast(a, "float32")],
    ["stopGradient", (a) => stopGradient(a)],
    ["a choice between equals", (a) => select(less(a, 1), a, a)],
    ["a choice that is known", (a) => select(full([2, 3], true, "bool"), a, neg(a))],
    ["a sum over nothing", (a) => sum(a, [])],
    ["one tensor, concatenated", (a) => concatenate([a])],
    [
      "a transpose of axes of size 1, and back",
      (a) => reshape(transpose(reshape(a, [2, 1, 3]), [1, 0, 2]), [2, 3]),
    ],
    ["a checkpoint of nothing", (a) => checkpoint((y: Tensor) => y)(a)],
  ];
  it.each(same)("%s is x", (_, f) => {
    const program = programOf(f, [x]);
    expect(program.equations).toEqual([]);
    expect(program.outputs).toEqual(program.inputs);
  });

  it("equal expressions are written once, bodies included", () => {
    expect(counts((a) => [tanh(a).mul(2), tanh(a).mul(2).add(tanh(a))], x)).toEqual({
      tanh: 1,
      mul: 1,
      broadcast: 1,
      add: 1,
    });
    const f = customJvp(
      (a: Tensor) => tanh(a),
      ([a], [da]) => mul(da, a),
    );
    expect(counts((a) => [f(a), tanh(a), checkpoint((b: Tensor) => tanh(b))(a)], x)).toEqual({ tanh: 1 });
  });

  it("what no result needs goes", () => {
    expect(shown((a) => [tanh(matmul(a, transpose(a))), a.add(1)][1], x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[] = constant 1
      %2: float32[2, 3] = broadcast shape=[2,3] %1
      %3: float32[2, 3] = add %0 %2
      return %3
      "
    `);
  });

  it("constants are folded, and repeated values computed once", () => {
    expect(
      shown((a) => tanh(broadcastTo(a, [4, 3])).mul(full([4, 3], 2).add(1)), normal(3)),
    ).toMatchInlineSnapshot(`
      "
      inputs %0: float32[3]
      %1: float32[] = constant 3
      %2: float32[3] = tanh %0
      %3: float32[3] = broadcast shape=[3] %1
      %4: float32[3] = mul %2 %3
      %5: float32[4, 3] = broadcast shape=[4,3] %4
      return %5
      "
    `);
  });

  it("structure of structure is one", () => {
    expect(
      shown((a) => transpose(transpose(a, [2, 0, 1]), [2, 0, 1]), normal(2, 3, 4)),
    ).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3, 4]
      %1: float32[3, 4, 2] = transpose permutation=[1,2,0] %0
      return %1
      "
    `);
    expect(shown((a) => broadcastTo(broadcastTo(a, [2, 3]), [4, 2, 3]), normal(3))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[3]
      %1: float32[4, 2, 3] = broadcast shape=[4,2,3] %0
      return %1
      "
    `);
    expect(shown((a) => sum(sum(a, 1), 1), normal(2, 3, 4))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3, 4]
      %1: float32[2] = sum axes=[1,2] %0
      return %1
      "
    `);
  });

  it("signs move into sums and constants", () => {
    expect(shown((a) => a.add(neg(tanh(a))), x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[2, 3] = tanh %0
      %2: float32[2, 3] = sub %0 %1
      return %2
      "
    `);
    expect(shown((a) => neg(a).mul(3), x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[] = constant -3
      %2: float32[2, 3] = broadcast shape=[2,3] %1
      %3: float32[2, 3] = mul %0 %2
      return %3
      "
    `);
    expect(shown((a) => a.mul(-1), x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[2, 3] = neg %0
      return %1
      "
    `);
  });

  it("powers become products and roots, a root of -∞ as a power is ∞", () => {
    expect(shown((a) => [a.pow(2), a.pow(0.5), a.pow(0)], x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[] = constant 0
      %2: float32[] = constant Infinity
      %3: float32[] = constant -Infinity
      %4: float32[] = constant 1
      %5: float32[2, 3] = broadcast shape=[2,3] %1
      %6: float32[2, 3] = mul %0 %0
      %7: float32[2, 3] = broadcast shape=[2,3] %2
      %8: bool[2, 3] = equal %0 %5
      %9: float32[2, 3] = broadcast shape=[2,3] %3
      %10: bool[2, 3] = equal %0 %9
      %11: float32[2, 3] = select %10 %7 %0
      %12: float32[2, 3] = select %8 %5 %11
      %13: float32[2, 3] = sqrt %12
      %14: float32[2, 3] = broadcast shape=[2,3] %4
      return %6, %13, %14
      "
    `);
  });

  it("a sum of repeated values is a multiple", () => {
    expect(shown((a) => sum(broadcastTo(a, [5, 2, 3]), [0, 2]), x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[] = constant 5
      %2: float32[2] = sum axes=[1] %0
      %3: float32[2] = broadcast shape=[2] %1
      %4: float32[2] = mul %2 %3
      return %4
      "
    `);
  });

  it("a transpose of a product moves into it", () => {
    expect(
      shown((a, b) => transpose(matmul(transpose(a), b)), normal(4, 3), normal(4, 5)),
    ).toMatchInlineSnapshot(`
      "
      inputs %0: float32[4, 3], %1: float32[4, 5]
      %2: float32[5, 4] = transpose permutation=[1,0] %1
      %3: float32[5, 3] = matmul %2 %0
      return %3
      "
    `);
  });

  it("thin products are element-wise, and fuse", () => {
    expect(shown((a, b) => matmul(a, b), normal(4, 1), normal(1, 5))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[4, 1], %1: float32[1, 5]
      %2: float32[4, 5] = broadcast shape=[4,5] %0
      %3: float32[4, 5] = broadcast shape=[4,5] %1
      %4: float32[4, 5] = mul %2 %3
      return %4
      "
    `);
    expect(shown((a, b) => matmul(a, b), normal(4, 3), normal(3, 1))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[4, 3], %1: float32[3, 1]
      %2: float32[1, 3] = reshape shape=[1,3] %1
      %3: float32[4, 3] = broadcast shape=[4,3] %2
      %4: float32[4, 3] = mul %0 %3
      %5: float32[4] = sum axes=[1] %4
      %6: float32[4, 1] = reshape shape=[4,1] %5
      return %6
      "
    `);
    expect(shown((a, b) => matmul(a, b), normal(1, 3), normal(3, 4))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[1, 3], %1: float32[3, 4]
      %2: float32[3, 1] = reshape shape=[3,1] %0
      %3: float32[3, 4] = broadcast shape=[3,4] %2
      %4: float32[3, 4] = mul %3 %1
      %5: float32[4] = sum axes=[0] %4
      %6: float32[1, 4] = reshape shape=[1,4] %5
      return %6
      "
    `);
  });

  it("merged and separate axes meet under the separate ones", () => {
    expect(shown((a, b) => reshape(tanh(reshape(a, [6])), [2, 3]).mul(b), x, x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3], %1: float32[2, 3]
      %2: float32[2, 3] = tanh %0
      %3: float32[2, 3] = mul %2 %1
      return %3
      "
    `);
    expect(shown((a) => sum(reshape(a, [6])), x)).toMatchInlineSnapshot(`
      "
      inputs %0: float32[2, 3]
      %1: float32[] = sum axes=[0,1] %0
      return %1
      "
    `);
  });

  it("bodies of loops are optimised, too", () => {
    const f = (a: Tensor) =>
      scan(
        (h: Tensor) => [
          h
            .mul(1)
            .add(tanh(h))
            .add(neg(tanh(h))),
          h.sub(0),
        ],
        a,
        [],
        { length: 3 },
      );
    expect(counts(f, x)).toEqual({ scan: 1, tanh: 1, add: 1, sub: 1 });
  });

  it("empty tensors are constants", () => {
    expect(shown((a) => reshape(transpose(tanh(a)), [0]), zeros([3, 0]))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[3, 0]
      %1: float32[] = constant 0
      %2: float32[0] = broadcast shape=[0] %1
      return %2
      "
    `);
    expect(shown((a) => sum(reshape(a, [0]).mul(2)), zeros([3, 0]))).toMatchInlineSnapshot(`
      "
      inputs %0: float32[3, 0]
      %1: float32[] = constant 0
      return %1
      "
    `);
  });
});

describe("what is not simplified", () => {
  it("reshapes that mix repeated with other elements", () => {
    for (const [from, wide, to] of [
      [[3], [2, 3], [3, 2]],
      [
        [2, 1],
        [2, 3],
        [3, 2],
      ],
      [
        [4, 1, 3],
        [4, 2, 3],
        [4, 3, 2],
      ],
    ] as [Shape, Shape, Shape][]) {
      const program = expectSameValues(([a]) => [reshape(broadcastTo(a!, wide), to)], [normal(...from)]);
      expect(program.equations.map(({ primitive }) => primitive)).toEqual(["broadcast", "reshape"]);
    }
  });

  it("equal operations on both sides of a barrier: recomputation stays", () => {
    expect(counts((a) => [tanh(a), tanh(bind("barrier", [a], {})[0]!)], x).tanh).toBe(2);
    const f = (a: Tensor) => sum(checkpoint((b: Tensor) => tanh(tanh(b)))(a));
    expect(counts((a) => [f(a), grad(f)(a)], x).tanh).toBe(4);
  });

  it("x - x, x / x, and sums in another order", () => {
    expect(counts((a) => [sub(a, a), div(a, a)], x)).toEqual({ sub: 1, div: 1 });
    expect(counts((a, b) => [a.add(b), b.add(a)], x, normal(2, 3)).add).toBe(2);
  });
});

/** Where algebra takes numbers to be finite, or signs of zero not to matter, compiled results differ from eager ones. */
describe("at the edges of float32", () => {
  const special = tensor([nan, inf, -inf, -0, 0, 1]);
  const compiled = (f: (y: Tensor) => Tensor) => Array.from(compile(f)(special).data());

  it("the sign of a zero may get lost: x + 0 is x, 0 - x is -x", () => {
    expect(compiled((y) => y.add(0))).toEqual([nan, inf, -inf, -0, 0, 1]);
    expect(compiled((y) => sub(0, y))).toEqual([nan, -inf, inf, 0, -0, -1]);
  });

  it("NaN and ∞ go through as in the reference", () => {
    const fs: ((y: Tensor) => Tensor)[] = [
      (y) => y.mul(0),
      (y) => mul(y, select(less(y, 0.5), full([6], 1), 0)),
      (y) => y.pow(0),
      (y) => y.pow(0.5),
      (y) => y.pow(2),
      (y) => sub(y, y),
      (y) => div(y, y),
      (y) => relu(y),
      (y) => maximum(y, 0),
      (y) => sum(broadcastTo(y, [3, 6])),
      (y) => neg(y).mul(3),
      (y) => y.sub(neg(y)),
      (y) => sqrt(y),
      (y) => matmul(reshape(y, [6, 1]), full([1, 2], 2)),
    ];
    for (const f of fs) expectAgree(compile(f)(special), f(special), 1e-6, String(f));
  });
});

describe("the meta-gradient of one-step MAML on sinusoids", () => {
  const sizes = [1, 40, 40, 1];
  const params = sizes.slice(1).map((n, i) => ({ w: normal(sizes[i]!, n), b: normal(n) }));
  type Net = typeof params;
  const forward = (net: Net, input: Tensor, activate: (h: Tensor) => Tensor) =>
    net.reduce((h, { w, b }, i) => {
      const y = matmul(h, w).add(b);
      return i < net.length - 1 ? activate(y) : y;
    }, input);
  const loss = (net: Net, input: Tensor, target: Tensor, activate: (h: Tensor) => Tensor) => {
    const error = forward(net, input, activate).sub(target);
    return mul(error, error).mean();
  };
  const metaLoss =
    (activate: (h: Tensor) => Tensor) =>
    (net: Net, ...task: Tensor[]) => {
      const adapt = (...[xs, ys, xq, yq]: Tensor[]) => {
        const gradient = grad((p: Net) => loss(p, xs!, ys!, activate))(net);
        const adapted = tree.map((p, g) => p.sub(g.mul(0.01)), net, gradient) as Net;
        return loss(adapted, xq!, yq!, activate);
      };
      return vmap(adapt)(...task).mean();
    };
  const tasks = [5, 5, 10, 10].map((n) => normal(25, n, 1));
  const program = (activate: (h: Tensor) => Tensor) =>
    programOf(grad(metaLoss(activate)), [params, ...tasks]);

  it("has 12 matrix products", () => {
    expect(count(program(relu)).matmul).toBe(12);
    expect(count(program(tanh)).matmul).toBe(12);
  });

  it("copies no transposed activations: only weights, which are 40 by 40", () => {
    const { plan } = executableOf(grad(metaLoss(relu)), [params, ...tasks]);
    const transposed = plan.steps.flatMap((step) =>
      step.kind === "kernel" && step.kernel.kind === "transpose" ? [step.kernel] : [],
    );
    expect(transposed.length).toBeLessThanOrEqual(3);
    for (const { rows, columns } of transposed) expect([rows, columns]).toEqual([40, 40]);
  });
});
