import { describe, expect, test } from "vitest";
import { compile } from "../engine/index.js";
import { Rng } from "../random/index.js";
import { checkGradients, grad, oneHot, repeat, type Tensor, tensor } from "../tensor/index.js";
import { bernoulli, categorical, type Distribution, gaussian, tanhGaussian } from "./index.js";

const float64 = (data: Parameters<typeof tensor>[0]) => tensor(data, { dtype: "float64" });
const int32 = (data: Parameters<typeof tensor>[0]) => tensor(data, { dtype: "int32" });
const rng = Rng.seed(11);
const expectClose = (got: Tensor, expected: readonly number[], digits = 12) => {
  expect(got.size).toBe(expected.length);
  got.data().forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i]!, digits);
  });
};

const MANY = 20_000;
/** The mean of f over many samples. */
const average = (name: string, many: Distribution, f: (sample: Tensor) => Tensor): Tensor =>
  f(many.sample(rng.fork(name))).mean(0);

// known answers below: torch.distributions of PyTorch 2.13; far out in the tail of tanh, mpmath

describe("categorical", () => {
  const logits = float64([[0.5, -1, 2], [0, 0, 0]]); // biome-ignore format: rows
  const other = categorical(float64([[1, 1, -1], [0.3, 0.2, -2]])); // biome-ignore format: rows

  test("agrees with PyTorch", () => {
    const d = categorical(logits);
    expectClose(d.logProb(int32([2, 1])), [-0.24131129665715711, -1.0986122886681098]);
    expectClose(d.entropy(), [0.6215846046792746, 1.0986122886681096]);
    expectClose(d.kl(other), [1.7082331401787907, 0.3970797817901899]);
    expect(d.mode().toArray()).toEqual([2, 0]);
    expect(d.mode().dtype).toBe("int32");
  });

  test("samples classes as often as they are likely", () => {
    const one = logits.slice([0], [1]).reshape(3);
    const hits = average("categorical", categorical(repeat(one, MANY)), (s) => oneHot(s, 3));
    const probs = categorical(one).logProbs.exp();
    expectClose(hits, [...probs.data()], 2);
  });

  test("a class with logit -Infinity is never drawn, and entropy and divergence stay finite", () => {
    const masked = tensor([0, Number.NEGATIVE_INFINITY, 0]);
    const d = categorical(masked);
    expect(d.entropy().item()).toBeCloseTo(Math.LN2);
    expect(d.kl(d).item()).toBe(0);
    const samples = categorical(repeat(masked, 100)).sample(rng.fork("masked"));
    expect(samples.data()).not.toContain(1);
    expect([...grad((l: Tensor) => categorical(l).entropy())(masked).data()].every(Number.isFinite)).toBe(
      true,
    );
  });
});

describe("gaussian", () => {
  const mean = float64([0.3, -0.7]);
  const logStd = float64([-0.5, 0.2]);
  const d = gaussian(mean, logStd);

  test("agrees with PyTorch", () => {
    expectClose(d.logProb(float64([0.9, -1.4])), [-2.1913962068107056]);
    expectClose(d.entropy(), [2.5378770664093455]);
    expectClose(d.kl(gaussian(float64([0, 0.1]), float64([0.1, -0.3]))), [1.2296589201990957]);
    expect(d.mode()).toBe(mean);
  });

  test("one logStd serves a batch of means", () => {
    const batch = gaussian(float64([[0, 0], [0.3, -0.7]]), logStd); // biome-ignore format: rows
    expect(batch.logProb(float64([0.9, -1.4])).data()[1]).toBeCloseTo(-2.1913962068107056, 12);
    expect(batch.entropy().shape).toEqual([2]);
  });

  test("samples have its moments, and its entropy is the mean of -logProb", () => {
    const many = gaussian(repeat(mean, MANY), logStd);
    expectClose(
      average("gaussian", many, (s) => s),
      [0.3, -0.7],
      1,
    );
    const spread = average("gaussian", many, (s) => s.sub(mean).square());
    expect(spread.data()[0]! / Math.exp(-1)).toBeCloseTo(1, 1);
    expect(average("gaussian", many, many.logProb).neg().item()).toBeCloseTo(d.entropy().item(), 1);
  });
});

describe("tanhGaussian", () => {
  const mean = float64([0.3, -0.7]);
  const logStd = float64([-0.5, 0.2]);
  const d = tanhGaussian(mean, logStd);

  test("agrees with PyTorch, and with exact arithmetic where tanh rounds to 1", () => {
    expectClose(d.logProb(float64([0.6, -0.95])), [0.5969219204693635]);
    const noise = float64([8, -9.5]).sub(mean).div(logStd.exp());
    const [action, logProb] = d.sampleWithLogProb(noise);
    expectClose(logProb, [-75.84872253954154], 9);
    expectClose(action, [Math.tanh(8), Math.tanh(-9.5)]);
    const single = tanhGaussian(mean.cast("float32"), logStd.cast("float32"));
    expect(single.sampleWithLogProb(noise.cast("float32"))[1].item()).toBeCloseTo(-75.8487, 3);
    expect(Number.isFinite(single.logProb(tensor([1, -1])).item())).toBe(true);
  });

  test("its density integrates to 1", () => {
    const [center, logWidth] = [float64([0.3]), float64([-0.5])];
    const n = 4000;
    const points = float64(Array.from({ length: n }, (_, i) => [-1 + (2 * i + 1) / n]));
    const density = tanhGaussian(repeat(center, n), logWidth).logProb(points).exp();
    expect(density.mean().item() * 2).toBeCloseTo(1, 6);
  });

  test("divergence is that of the Gaussians below, estimated by samples", () => {
    const other = tanhGaussian(float64([0, 0.1]), float64([0.1, -0.3]));
    expect(d.kl(other).item()).toBeCloseTo(1.2296589201990957, 12);
    const many = tanhGaussian(repeat(mean, MANY), logStd);
    const estimate = average("tanh", many, (s) => many.logProb(s).sub(other.logProb(s)));
    expect(Math.abs(estimate.item() - 1.23)).toBeLessThan(0.06);
  });

  test("a sample and its log-density are differentiable in the parameters", () => {
    const noise = float64([0.4, -1.1]);
    checkGradients(
      (p: { mean: Tensor; logStd: Tensor }) => {
        const [action, logProb] = tanhGaussian(p.mean, p.logStd).sampleWithLogProb(noise);
        return action.square().sum().add(logProb);
      },
      { mean, logStd },
    );
  });
});

describe("bernoulli", () => {
  const logits = float64([0, 2, -30]);

  test("agrees with PyTorch", () => {
    const d = bernoulli(logits);
    expectClose(d.logProb(float64([1, 0, 1])), [-Math.LN2, -2.1269280110429727, -30.000000000000092]);
    expectClose(d.entropy(), [Math.LN2, 0.36533385508720784, 2.8990143619012088e-12], 14);
    expectClose(
      d.kl(bernoulli(float64([1, -1, -20]))),
      [0.12011450695827755, 0.8287249104088974, 2.0601242817878088e-9],
      12,
    );
    expect(d.mode().toArray()).toEqual([0, 1, 0]);
  });

  test("samples 1 as often as it is likely", () => {
    const hits = average("bernoulli", bernoulli(repeat(logits, MANY)), (s) => s);
    expectClose(hits, [0.5, 1 / (1 + Math.exp(-2)), 0], 2);
  });
});

test("sampling from given noise compiles; drawing inside compile is refused", () => {
  const logits = tensor([0.1, 0.2, 0.3]);
  const noise = categorical(logits).noise(rng.fork("noise"));
  const sampleFrom = (l: Tensor, n: Tensor) => categorical(l).sampleFrom(n);
  expect(compile(sampleFrom)(logits, noise).item()).toBe(sampleFrom(logits, noise).item());
  expect(() => compile((l: Tensor) => categorical(l).sample(rng))(logits)).toThrow(
    "categorical: samples must be drawn outside of compile",
  );
});
