/** Random draws inside of transforms: refused where they would happen once for many, else made each time. */
import { describe, expect, it, test } from "vitest";
import { bernoulli, categorical, gaussian, tanhGaussian } from "../distributions/index.js";
import { MetaError } from "../errors.js";
import { initializer, linear } from "../nn/index.js";
import { Rng } from "../random/index.js";
import {
  checkpoint,
  customGradient,
  customJvp,
  grad,
  jvp,
  ones,
  scan,
  type Tensor,
  tensor,
  vmap,
} from "../tensor/index.js";
import { compile } from "./compile.js";
import { explain } from "./explain.js";

const draws: Readonly<Record<string, (rng: Rng) => unknown>> = {
  uint32: (rng) => rng.uint32(),
  uniform: (rng) => rng.uniform(),
  normal: (rng) => rng.normal(),
  truncatedNormal: (rng) => rng.truncatedNormal(),
  integer: (rng) => rng.integer(5),
  permutation: (rng) => rng.permutation(4),
  choice: (rng) => rng.choice(9, 2),
  gumbel: (rng) => rng.gumbel(),
  gamma: (rng) => rng.gamma(0.5),
  fillUniform: (rng) => rng.fillUniform(new Float32Array(3)),
  fillNormal: (rng) => rng.fillNormal(new Float64Array(3)),
  fillTruncatedNormal: (rng) => rng.fillTruncatedNormal(new Float32Array(3)),
  "a fork's": (rng) => rng.fork("noise").uniform(),
  "a new stream's": () => Rng.seed(3).normal(),
  initializers: (rng) => initializer.normal(1)(rng, [2, 2]),
  layers: (rng) => linear(2, 2).init(rng),
  gaussian: (rng) => gaussian(ones([2]), ones([2])).sample(rng),
  tanhGaussian: (rng) => tanhGaussian(ones([2]), ones([2])).sample(rng),
  categorical: (rng) => categorical(ones([2])).sample(rng),
  bernoulli: (rng) => bernoulli(ones([2])).noise(rng),
};
/** Runs a function with something drawn beside. */
type Within = (draw: () => unknown) => unknown;
const x = ones([3]);
const drawing = (draw: () => unknown) => (y: Tensor) => {
  draw();
  return y.mul(2);
};
const once: Readonly<Record<string, Within>> = {
  compile: (draw) => compile(drawing(draw))(x),
  "compile, by explain": (draw) => explain(drawing(draw), x),
  vmap: (draw) => vmap(drawing(draw))(x),
  scan: (draw) => scan((c: Tensor, y: Tensor) => [drawing(draw)(c), y] as [Tensor, Tensor], ones([]), x),
  "vmap, in grad": (draw) => grad((y: Tensor) => vmap(drawing(draw))(y).sum())(x),
  "vmap, around grad": (draw) => vmap(grad((y: Tensor) => drawing(draw)(y)))(x),
  "scan, around checkpoint": (draw) =>
    scan((c: Tensor, y: Tensor) => [checkpoint(drawing(draw))(c), y] as [Tensor, Tensor], ones([]), x),
  "compile, around jvp": (draw) => compile((y: Tensor) => jvp(drawing(draw), [y], [y]))(x),
};
const eachTime: Readonly<Record<string, Within>> = {
  grad: (draw) => grad((y: Tensor) => drawing(draw)(y).sum())(x),
  jvp: (draw) => jvp(drawing(draw), [x], [x]),
  checkpoint: (draw) => checkpoint(drawing(draw))(x),
  customJvp: (draw) => customJvp(drawing(draw), (_, [t]) => t.mul(2))(x),
  customGradient: (draw) =>
    customGradient(
      (y: Tensor) => [drawing(draw)(y), []] as const,
      (_, c: Tensor) => [c.mul(2)] as [Tensor],
    )(x),
};

describe.each(Object.entries(once))("inside %s", (name, within) => {
  it.each(Object.entries(draws))("%s draws are refused, and the stream stays as it is", (_, draw) => {
    const rng = Rng.seed(0);
    const before = rng.state();
    const attempt = () => within(() => draw(rng));
    expect(attempt).toThrow(MetaError);
    expect(attempt).toThrow(
      new RegExp(
        `must be drawn outside of ${name.split(",")[0]}, got a call inside, which would draw only once\\.`,
      ),
    );
    expect(rng.state()).toEqual(before);
  });

  it("forking is allowed", () => {
    within(() => Rng.seed(0).fork("a", 1));
  });

  it("and after it, draws go on, whether it threw or not", () => {
    expect(() => within(() => Rng.seed(0).uniform())).toThrow();
    expect(Rng.seed(0).uniform()).toBeLessThan(1);
  });
});

test.each(Object.entries(eachTime))("inside %s, each call draws anew", (_, within) => {
  const rng = Rng.seed(0);
  const drawn: unknown[] = [];
  for (let i = 0; i < 2; i++) within(() => drawn.push(rng.uniform()));
  expect(new Set(drawn).size).toBeGreaterThan(1);
});

test("the message says what to do", () => {
  expect(() => vmap((y: Tensor) => y.mul(Rng.seed(0).uniform()))(tensor([1]))).toThrow(
    "Rng: numbers must be drawn outside of vmap, got a call inside, which would draw only once. Draw before the call, and pass the numbers as an argument",
  );
});
