import fc from "fast-check";
import { expect, test } from "vitest";
import { Rng, type RngState } from "./rng.js";
import { threefry2x32 } from "./threefry.js";

const DRAWS = 40_000;
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** Mean and variance of many draws. */
function moments(draw: () => number): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < DRAWS; i++) {
    const x = draw();
    sum += x;
    squares += x * x;
  }
  const mean = sum / DRAWS;
  return { mean, variance: squares / DRAWS - mean * mean };
}

function words(rng: Rng, count = 8): number[] {
  return Array.from({ length: count }, () => rng.uint32());
}

test("a stream is Threefry of 0, 1, 2, … under the seed's key", () => {
  const rng = Rng.seed(42);
  const block = new Uint32Array(2);
  for (let i = 0; i < 3; i++) {
    threefry2x32(0, 42, i, 0, block);
    expect([rng.uint32(), rng.uint32()]).toEqual([...block]);
  }
});

test("these numbers never change, or no run could be repeated", () => {
  const rng = Rng.seed(7).fork("task", 3, 1);
  expect(words(rng, 2)).toEqual([2892777591, 2923990570]);
  expect([rng.uniform(), rng.normal(), rng.gumbel(), rng.gamma(2.5), rng.gamma(0.3)]).toEqual([
    0.4921423641339151, -0.6886082055199592, 1.9412680063074084, 2.2076814310592523, 0.01812492433570066,
  ]);
  expect([...rng.permutation(6)]).toEqual([3, 5, 0, 4, 2, 1]);
  expect([...rng.fillNormal(new Float32Array(2))]).toEqual([-0.10834088921546936, 0.03972309082746506]);
});

test("a fork is the same whatever was drawn before", () => {
  fc.assert(
    fc.property(seeds, fc.nat(9), fc.string(), fc.array(fc.maxSafeNat()), (seed, drawn, name, indices) => {
      const rng = Rng.seed(seed);
      const early = words(rng.fork(name, ...indices));
      words(rng, drawn);
      expect(words(rng.fork(name, ...indices))).toEqual(early);
    }),
  );
});

test("a fork changes nothing in its parent", () => {
  const [a, b] = [Rng.seed(1), Rng.seed(1)];
  a.fork("env", 2).normal();
  expect(words(a)).toEqual(words(b));
});

test("forks with other names, indices or paths have other keys", () => {
  const rng = Rng.seed(0);
  const forks = [
    rng,
    rng.fork(""),
    rng.fork("a"),
    rng.fork("b"),
    rng.fork("ab"),
    rng.fork("a").fork("b"),
    rng.fork("a", 0),
    rng.fork("a", 1),
    rng.fork("a", 0, 1),
    rng.fork("a", 1, 0),
    rng.fork("a", 2 ** 32),
    rng.fork("a", 2 ** 32 + 1),
    rng.fork("a0"),
    rng.fork("a").fork("", 0),
    Rng.seed(1),
  ];
  expect(new Set(forks.map((fork) => fork.state().key.join())).size).toBe(forks.length);
});

test("neighbouring forks are not correlated", () => {
  const rng = Rng.seed(5);
  let i = 0;
  const { mean } = moments(() => rng.fork("task", i).normal() * rng.fork("task", ++i).normal());
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(DRAWS));
});

test("a restored stream goes on with the same numbers", () => {
  fc.assert(
    fc.property(seeds, fc.nat(20), (seed, drawn) => {
      const rng = Rng.seed(seed);
      words(rng, drawn);
      const copy = Rng.restore(JSON.parse(JSON.stringify(rng.state())) as RngState);
      expect(copy.normal()).toBe(rng.normal());
      expect(copy.state()).toEqual(rng.state());
    }),
  );
});

test("a stream has more than 2^33 words", () => {
  const rng = Rng.restore({ key: [1, 2], draws: 2 ** 33 });
  const start = Rng.restore({ key: [1, 2], draws: 0 });
  expect(words(rng)).not.toEqual(words(start));
});

// mean and variance of the distributions; a mean of n draws is within 4 σ / √n but once in 16,000 times
const distributions = [
  ["uniform", (rng: Rng) => rng.uniform(-1, 3), 1, 16 / 12],
  ["normal", (rng: Rng) => rng.normal(2, 3), 2, 9],
  ["truncatedNormal", (rng: Rng) => rng.truncatedNormal(2), 0, 4 * 0.7737413035499232], // scipy 1.17.1
  ["integer", (rng: Rng) => rng.integer(7), 3, 4],
  ["gumbel", (rng: Rng) => rng.gumbel(), 0.5772156649015329, Math.PI ** 2 / 6],
  ["gamma, shape 2.5", (rng: Rng) => rng.gamma(2.5), 2.5, 2.5],
  ["gamma, shape 0.3", (rng: Rng) => rng.gamma(0.3), 0.3, 0.3],
] as const;

test.each(distributions)("%s has its mean and variance", (_, draw, mean, variance) => {
  const rng = Rng.seed(11);
  const got = moments(() => draw(rng));
  expect(Math.abs(got.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / DRAWS));
  expect(got.variance / variance).toBeCloseTo(1, 1);
});

test("normals are normal: the share below each quantile is right", () => {
  const draws = Rng.seed(3).fillNormal(new Float32Array(DRAWS));
  for (const [z, share] of [
    [-2, 0.0227501],
    [-1, 0.1586553],
    [0, 0.5],
    [1.5, 0.9331928],
  ] as const) {
    expect(draws.filter((x) => x < z).length / DRAWS).toBeCloseTo(share, 2);
  }
});

test("uniforms stay in their range and have the bits of their type", () => {
  const rng = Rng.seed(1);
  for (const x of rng.fillUniform(new Float32Array(1000))) {
    expect(x >= 0 && x < 1).toBe(true);
    expect(Number.isInteger(x * 2 ** 24)).toBe(true);
  }
  const doubles = rng.fillUniform(new Float64Array(1000));
  expect(doubles.some((x) => !Number.isInteger(x * 2 ** 32))).toBe(true);
});

test("truncated normals end at two standard deviations", () => {
  for (const make of [Float32Array, Float64Array]) {
    const sizes = Array.from(Rng.seed(2).fillTruncatedNormal(new make(5000), 0.5), Math.abs);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1);
    expect(Math.max(...sizes)).toBeGreaterThan(0.99);
  }
});

test("choice draws k different numbers below n", () => {
  fc.assert(
    fc.property(seeds, fc.nat(200), fc.nat(200), (seed, a, b) => {
      const [k, n] = [Math.min(a, b), Math.max(a, b)];
      const chosen = Rng.seed(seed).choice(n, k);
      expect(new Set(chosen).size).toBe(k);
      for (const x of chosen) expect(x >= 0 && x < n).toBe(true);
    }),
  );
});

test("all orders of three are equally likely", () => {
  const rng = Rng.seed(9);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = rng.permutation(3).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120); // 4 σ
});

test("what makes no sense is refused by name", () => {
  const rng = Rng.seed(0);
  expect(() => Rng.seed(-1)).toThrow("Rng.seed: expected an integer in 0..2^32-1, got -1");
  expect(() => Rng.seed(0.5)).toThrow("got 0.5");
  expect(() => rng.fork("task", -1)).toThrow('Rng.fork("task"): an index must be an integer >= 0, got -1');
  expect(() => rng.integer(0)).toThrow("Rng.integer: n must be an integer in 1..2^32, got 0");
  expect(() => rng.choice(2, 3)).toThrow("got k = 3, n = 2");
  expect(() => rng.gamma(0)).toThrow("Rng.gamma: shape must be positive and finite, got 0");
  const bad = { key: [1], draws: 0 } as unknown as RngState;
  expect(() => Rng.restore(bad)).toThrow(
    'Rng.restore: expected { key: [uint32, uint32], draws }, got {"key":[1]',
  );
});
