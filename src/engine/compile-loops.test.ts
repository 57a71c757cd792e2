import { describe, expect, it } from "vitest";
import { Rng } from "../random/index.js";
import {
  add,
  at,
  broadcastTo,
  checkpoint,
  full,
  grad,
  matmul,
  mul,
  scan,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  vmap,
} from "../tensor/index.js";
import { compile, executableOf } from "./compile.js";
import { describeBuilds, expectAgree, expectCompiled } from "./testing/compare.js";
import { drawInput } from "./testing/random-program.js";

const normal =
  (...shape: number[]) =>
  (rng: Rng) =>
    drawInput(shape, "smooth", rng);

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
