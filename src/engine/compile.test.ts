/**
 * Compiled programs against the eager reference: random programs and their
 * derivatives, loops, state that stays in the engine.
 */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, type MetaError, ShapeError } from "../errors.js";
import { Rng } from "../random/index.js";
import {
  add,
  at,
  broadcastTo,
  cast,
  checkpoint,
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
  zeros,
} from "../tensor/index.js";
import { type Shape, sizeOf } from "../tensor/shape.js";
import { flatten } from "../tensor/tree.js";
import { compile, engineMemory, executableOf } from "./compile.js";
import type { Build } from "./executor/build.js";
import { describeBuilds, expectAgree, expectCompiled, withBuild } from "./testing/compare.js";
import { drawInput, programs, runInstructions, type Style } from "./testing/random-program.js";

type Flat = readonly Tensor[];

const normal =
  (...shape: number[]) =>
  (rng: Rng): Tensor =>
    tensor(
      Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
      { shape },
    );

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

describeBuilds("loops", (build) => {
  const rng = Rng.seed(5);
  const [a, b] = [normal(2, 2)(rng), normal(2, 2)(rng)];
  const xs = normal(4, 2, 2)(rng);

  it("may return the carry as it was, swap carries, and keep them", () => {
    const f = (p: Tensor, q: Tensor, r: Tensor, list: Tensor) =>
      scan(
        ([x, y, z]: readonly [Tensor, Tensor, Tensor], s: Tensor) => [
          [y, x, z] as const, // z stays, x and y change places
          [x, y.add(s), transpose(y), s, z] as const,
        ],
        [p, q, r] as const,
        list,
      );
    expectCompiled(build, f, [a, b, a.add(b), xs]);
  });

  it("may rotate carries and return views and constants of them", () => {
    const f = (p: Tensor, q: Tensor, r: Tensor) =>
      scan(
        ([x, y, z]: readonly [Tensor, Tensor, Tensor]) => [
          [y, z, x] as const,
          [at(x, 0), broadcastTo(at(y, 1), [3, 2]), full([2], 7), z.mul(2)] as const,
        ],
        [p, q, r] as const,
        [],
        { length: 5 },
      );
    expectCompiled(build, f, [a, b, a.add(b)]);
  });

  it("may turn the carry in place: transposed, flipped, element by element", () => {
    const f = (p: Tensor, q: Tensor) =>
      scan(
        ([x, y]: readonly [Tensor, Tensor]) =>
          [[transpose(x), y.mul(x).sub(y)] as const, y] as const as [readonly [Tensor, Tensor], Tensor],
        [p, q] as const,
        [],
        { length: 3 },
      );
    expectCompiled(build, f, [a, b], 1e-6);
  });

  it("take slices of views, from either end, and constants from outside", () => {
    for (const reverse of [false, true]) {
      const f = (h: Tensor, w: Tensor, list: Tensor) => {
        const outside = sin(w);
        return scan(
          (carry: Tensor, x: Tensor) => [
            tanh(
              matmul(carry, outside)
                .add(x)
                .add(tensor([1, 2])),
            ),
            carry.add(outside),
          ],
          h,
          transpose(list, [1, 0, 2]),
          { reverse },
        );
      };
      expectCompiled(build, f, [a, b, normal(2, 6, 2)(rng)], 1e-6);
    }
  });

  it("in loops in loops, in opposite directions", () => {
    const f = (h: Tensor, list: Tensor) =>
      scan(
        (p: Tensor, x: Tensor) =>
          scan(
            (q: Tensor, y: Tensor) =>
              scan((r: Tensor, z: Tensor) => [sin(r.add(z).mul(x)), r], q, y.mul(list), { reverse: true }),
            p,
            list.add(x),
          ),
        h,
        list,
        { reverse: true },
      );
    expectCompiled(build, f, [a, xs], 1e-5);
  });

  it("have gradients of first and second order, and vectorise", () => {
    const loss = (w: Tensor, h: Tensor, list: Tensor) => {
      const [last, ys] = scan(
        (carry: Tensor, x: Tensor) => [tanh(matmul(carry, w).add(x)), carry.mul(x)] as [Tensor, Tensor],
        h,
        list,
      );
      return add(sum(last), sum(mul(ys, ys)));
    };
    const squares = (w: Tensor, h: Tensor, list: Tensor) => sum(grad(loss)(w, h, list).pow(2));
    expectCompiled(build, grad(loss), [a, b, xs], 1e-5);
    expectCompiled(build, grad(squares), [a, b, xs], 1e-5);
    const three = (x: Tensor) =>
      broadcastTo(x, [3, ...x.shape]).mul(tensor([1, 2, 3]).reshape(3, ...x.shape.map(() => 1)));
    expectCompiled(build, vmap(grad(loss), { axes: [0, null, 0] }), [three(a), b, three(xs)], 1e-5);
    expectCompiled(
      build,
      grad((w: Tensor) => sum(vmap(loss, { axes: [null, 0, null] })(w, three(b), xs))),
      [a],
      1e-5,
    );
  });

  it("with a checkpoint in the body have its gradient", () => {
    const loss = (w: Tensor, list: Tensor) =>
      sum(
        scan(
          (h: Tensor, x: Tensor) =>
            [checkpoint((g: Tensor) => tanh(matmul(g, w).add(x)))(h), h] as [Tensor, Tensor],
          b,
          list,
        )[0],
      );
    expectCompiled(build, grad(loss), [a, xs], 1e-5);
  });
});

describe("checkpoint", () => {
  it("computes again what it did not keep: the arena is smaller, the gradient the same", () => {
    const layer = (x: Tensor, w: Tensor) => tanh(matmul(tanh(matmul(tanh(matmul(x, w)), w)), w));
    const net = (f: typeof layer) => (w: Tensor, x: Tensor) => {
      let h = x;
      for (let i = 0; i < 6; i++) h = f(h, w);
      return sum(h);
    };
    const rng = Rng.seed(9);
    const args: [Tensor, Tensor] = [normal(32, 32)(rng).mul(0.2), normal(64, 32)(rng)];
    const whole = executableOf(grad(net(layer)), args);
    const pieces = executableOf(grad(net(checkpoint(layer))), args);
    expect(pieces.plan.size).toBeLessThan(0.6 * whole.plan.size);
    expectCompiled("simd", grad(net(checkpoint(layer))), args, 1e-5);
    expectAgree(compile(grad(net(checkpoint(layer))))(...args), compile(grad(net(layer)))(...args), 1e-5);
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

describe("donated state", () => {
  type State = { readonly w: Tensor; readonly m: Tensor; readonly steps: Tensor };
  const update = ({ w, m, steps }: State, x: Tensor): [State, Tensor] => {
    const next = m.mul(0.9).add(tanh(w).mul(x));
    return [{ w: w.sub(next.mul(0.1)), m: next, steps: steps.add(1) }, sum(w)];
  };
  const rng = Rng.seed(4);
  const start: State = { w: normal(5, 7)(rng), m: zeros([5, 7]), steps: tensor(0, { dtype: "int32" }) };

  it("gives what state that is passed in and out gives, bit for bit", () => {
    const inPlace = compile(update, { donate: [0] });
    const copied = compile(update);
    let [a, b] = [start, start];
    for (let i = 0; i < 20; i++) {
      const x = tensor(i);
      let losses: [Tensor, Tensor];
      [a, losses] = ((): [State, [Tensor, Tensor]] => {
        const [s, l] = inPlace(a, x);
        const [t, k] = copied(b, x);
        b = t;
        return [s, [l, k]];
      })();
      expectAgree(losses[0], losses[1]);
      if (i % 7 === 3) expectAgree(a, b);
    }
    expectAgree(a, b);
    expect(a.steps.item()).toBe(20);
  });

  it("stays as it was read, and refuses to be read once it was consumed", () => {
    const inPlace = compile(update, { donate: [0] });
    const [first] = inPlace(start, tensor(1));
    const [second] = inPlace(first, tensor(2));
    const read = second.w.data().slice();
    const [third] = inPlace(second, tensor(3));
    expect(second.w.data()).toEqual(read);
    const message =
      "compile: a donated value must be read before it is passed on, got one that a later call has consumed. Use the state which that call returned";
    expect(() => first.w.data()).toThrow(message);
    expect(() => inPlace({ ...third, w: first.w }, tensor(1))).toThrow(message);
    const expected = update(third, tensor(1));
    expectAgree(inPlace(third, tensor(1)), expected, 1e-6); // a refused call changed nothing
  });

  it("may be replaced, restored from a copy, and given to other functions", () => {
    const inPlace = compile(update, { donate: [0] });
    const [state] = inPlace(start, tensor(1));
    const other = compile((s: State) => s.w.add(s.m));
    expectAgree(other(state), state.w.add(state.m));
    const [again] = inPlace({ ...state, m: full([5, 7], 0.5) }, tensor(1));
    expectAgree(again, update({ ...update(start, tensor(1))[0], m: full([5, 7], 0.5) }, tensor(1))[0], 1e-6);
    expectAgree(inPlace(start, tensor(1))[0], update(start, tensor(1))[0], 1e-6);
  });

  it("may come out swapped, unchanged, flipped, or as another result", () => {
    const turn = ([p, q, r]: readonly [Tensor, Tensor, Tensor]) =>
      [[q, p, r] as const, [p, q.add(r), transpose(p)] as const] as const;
    const inPlace = compile(turn, { donate: [0] });
    let [a, b] = [0, 1].map(
      () => [normal(3, 3)(rng.fork("p")), normal(3, 3)(rng.fork("q")), eye(3)] as const,
    ) as [readonly [Tensor, Tensor, Tensor], readonly [Tensor, Tensor, Tensor]];
    for (let i = 0; i < 5; i++) {
      const [got, expected] = [inPlace(a), turn(b)];
      expectAgree(got[1], expected[1]);
      [a, b] = [got[0], expected[0]];
    }
    expectAgree(a, b);
    const flipped = compile((p: Tensor) => transpose(p), { donate: [0] });
    const p = normal(4, 4)(rng);
    expectAgree(flipped(flipped(flipped(p))), transpose(p));
  });

  it("may be passed twice, donated and not", () => {
    const f = compile((p: Tensor, q: Tensor) => [p.add(1), p.mul(q)] as const, { donate: [0] });
    const [p] = f(tensor([1, 2]), tensor([1, 1]));
    expectAgree(f(p, p)[1], tensor([4, 9]));
  });

  it("may have leaves that no result replaces", () => {
    const f = compile((p: { a: Tensor; b: Tensor }, n: Tensor) => p.a.mul(n).sum().add(p.b.sum()), {
      donate: [0],
    });
    const p = { a: tensor([1, 2]), b: tensor([3]) };
    expect([f(p, tensor(2)).item(), f(p, tensor(3)).item()]).toEqual([9, 12]);
  });

  it("needs no more memory after the first call", () => {
    const inPlace = compile(update, { donate: [0] });
    let [state] = inPlace(start, tensor(1));
    const before = engineMemory();
    for (let i = 0; i < 30; i++) [state] = inPlace(state, tensor(1));
    state.w.data();
    expect(engineMemory()).toBe(before);
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
