/** Custom derivatives that close over tensors of running transforms: always the plain program's gradient. */
import { describe, expect, it, test } from "vitest";
import {
  broadcastTo,
  checkpoint,
  customGradient,
  customJvp,
  grad,
  jvp,
  mul,
  scan,
  sin,
  sum,
  type Tensor,
  tensor,
  vmap,
} from "../tensor/index.js";
import { compile } from "./compile.js";

const f64 = (data: readonly number[], ...shape: number[]) => tensor(Float64Array.from(data), { shape });
/** x sin(v), with x closed over: in plain form, and with rules of our own. */
type Product = (x: Tensor) => (v: Tensor) => Tensor;
const plain: Product = (x) => (v) => mul(x, sin(v));
const cosine = (v: Tensor) => sin(v.add(Math.PI / 2));
const rules: Readonly<Record<string, Product>> = {
  customJvp: (x) =>
    customJvp(
      (v: Tensor) => mul(x, sin(v)),
      ([v], [t]) => mul(mul(x, cosine(v)), t),
    ),
  "customJvp whose rule alone closes over": (x) =>
    customJvp(
      (v: Tensor) => mul(x, sin(v)),
      ([v], [t]) => mul(mul(x.add(1).sub(1), cosine(v)), t),
    ),
  customGradient: (x) =>
    customGradient(
      (v: Tensor) => [mul(x, sin(v)), [v]] as const,
      ([v], c: Tensor) => [mul(c, mul(x, cosine(v!)))] as [Tensor],
    ),
  "customGradient with x among the residuals": (x) =>
    customGradient(
      (v: Tensor) => [mul(x, sin(v)), { v, x, name: "of any form", list: new Map([["x", x]]) }] as const,
      ({ v, list }, c: Tensor) => [mul(c, mul(list.get("x")!, cosine(v)))] as [Tensor],
    ),
};

/** A loss of w `[3]` and xs `[4, 3]`, where the product closes over something traced. */
type Loss = (product: Product) => (w: Tensor, xs: Tensor) => Tensor;
const stepwise =
  (product: Product) =>
  (h: Tensor, x: Tensor): [Tensor, Tensor] => {
    const next = product(x)(h);
    return [next, next];
  };
const losses: Readonly<Record<string, Loss>> = {
  nothing: (product) => (w, xs) => sum(product(xs)(broadcastTo(w, [4, 3]))),
  vmap: (product) => (w, xs) => sum(vmap((x: Tensor) => product(x)(w).sum())(xs)),
  "vmap of its gradient": (product) => (w, xs) =>
    sum(vmap((x: Tensor) => grad((v: Tensor) => sum(product(x)(v).square()))(w))(xs)),
  "vmap of vmap": (product) => (w, xs) =>
    sum(vmap((x: Tensor) => vmap((one: Tensor, v: Tensor) => product(one)(v))(x, w))(xs)),
  "vmap of what is closed over, not of the argument": (product) => (w, xs) =>
    sum(vmap((x: Tensor) => product(x.mul(2))(sin(w)))(xs).square()),
  scan: (product) => (w, xs) => {
    const [last, all] = scan(stepwise(product), w, xs);
    return sum(last).add(sum(all.square()));
  },
  "scan in vmap": (product) => (w, xs) =>
    sum(vmap((x: Tensor) => scan(stepwise(product), w, x.reshape(3, 1))[0])(xs)),
  "vmap in scan": (product) => (w, xs) =>
    sum(
      scan(
        (h: Tensor, x: Tensor): [Tensor, Tensor] => {
          const next = vmap((one: Tensor, v: Tensor) => product(one)(v))(x, h);
          return [next, next];
        },
        w,
        xs,
      )[1],
    ),
  checkpoint: (product) => (w, xs) =>
    sum(checkpoint((v: Tensor) => product(xs)(v).square())(broadcastTo(w, [4, 3]))),
  "checkpoint in scan": (product) => (w, xs) =>
    sum(scan((h: Tensor, x: Tensor) => checkpoint((v: Tensor) => stepwise(product)(v, x))(h), w, xs)[1]),
  "MAML's inner step": (product) => (w, xs) =>
    sum(
      vmap((x: Tensor) => {
        const loss = (v: Tensor) => sum(product(x)(v).square());
        const phi = w.sub(grad(loss)(w).mul(0.1));
        return loss(phi);
      })(xs),
    ),
  "what is closed over depends on the argument": (product) => (w, xs) =>
    sum(product(w.square().mul(xs))(broadcastTo(w, [4, 3]))),
};
const w = f64([0.3, -0.5, 0.8], 3);
const xs = f64(
  Array.from({ length: 12 }, (_, i) => Math.cos(1.3 * i)),
  ...[4, 3],
);

function expectClose(got: Tensor, expected: Tensor, what: string, digits = 12): void {
  expect(got.shape).toEqual(expected.shape);
  const theirs = expected.data();
  got.data().forEach((value, i) => {
    expect(value, `${what}, element ${i}`).toBeCloseTo(theirs[i]!, digits);
  });
}

describe.each(Object.entries(rules))("%s", (name, product) => {
  describe.each(Object.entries(losses))("under %s", (under, loss) => {
    const [mine, theirs] = [loss(product), loss(plain)];
    const wrt = (f: typeof mine) => ({
      w: (v: Tensor) => grad((u: Tensor) => f(u, xs))(v),
      xs: (v: Tensor) => grad((u: Tensor) => f(w, u))(v),
    });

    it("has the value and the gradients of the plain program", () => {
      expectClose(mine(w, xs), theirs(w, xs), "value");
      expectClose(wrt(mine).w(w), wrt(theirs).w(w), "gradient of the argument");
      expectClose(wrt(mine).xs(xs), wrt(theirs).xs(xs), "gradient of what is closed over");
    });

    it("has its second derivatives", () => {
      const twice = (f: typeof mine) =>
        grad((u: Tensor) => sum(mul(wrt(f).w(u), tensor(Float64Array.of(1, -2, 3)))))(w);
      expectClose(twice(mine), twice(theirs), "second derivative");
    });

    it("compiled, too", () => {
      const [w32, xs32] = [w.cast("float32"), xs.cast("float32")];
      const both = (u: Tensor, v: Tensor) => [
        grad((a: Tensor) => mine(a, v))(u),
        grad((b: Tensor) => mine(u, b))(v),
      ];
      const [ofW, ofXs] = compile(both)(w32, xs32) as [Tensor, Tensor];
      expectClose(ofW, wrt(theirs).w(w), "gradient", 4);
      expectClose(ofXs, wrt(theirs).xs(xs), "gradient", 4);
    });

    it("and in forward mode, where its rule allows", () => {
      const move = (f: typeof mine) => jvp(f, [w, xs], [w.mul(0.5), xs.mul(-1)])[1];
      if (name.startsWith("customJvp")) expectClose(move(mine), move(theirs), "tangent");
      else if (under === "nothing") {
        expect(() => move(mine)).toThrow("customGradient: forward mode (jvp) needs a tangent rule");
      }
    });
  });
});

test("a rule that is wrong on purpose is used for the arguments, and only for them", () => {
  const doubled = (x: Tensor) =>
    customGradient(
      (v: Tensor) => [mul(x, v), []] as const,
      (_, c: Tensor) => [mul(mul(c, x), 2)] as [Tensor],
    );
  const f = (v: Tensor, x: Tensor) => sum(doubled(x)(v));
  expect(grad(f)(f64([3], 1), f64([5], 1)).toArray()).toEqual([10]);
  expect(grad((x: Tensor) => f(f64([3], 1), x))(f64([5], 1)).toArray()).toEqual([3]);
});
