import { expect, test } from "vitest";
import { Mt19937 } from "./mt19937.js";

test("the 10000th word of seed 5489 is what the C++ standard asks of mt19937", () => {
  const twister = Mt19937.seed(5489);
  const words = Array.from({ length: 10_000 }, () => twister.uint32());
  expect(words.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
  expect(words.at(-1)).toBe(4123659995);
});

// NumPy 2.4.6: np.random.seed(seed); np.random.random_sample(3); then 1000 more, one, and
// np.random.uniform([-0.1, 0.6, 0.015], [0.1, 0.7, 0.02])
const known = [
  {
    seed: 0,
    first: [0.5488135039273248, 0.7151893663724195, 0.6027633760716439],
    later: 0.7087703909410487,
    uniforms: [-0.09120491359518189, 0.687952148302373, 0.017600407083178365],
  },
  {
    seed: 42,
    first: [0.3745401188473625, 0.9507143064099162, 0.7319939418114051],
    later: 0.7322248864095612,
    uniforms: [0.06131222957228996, 0.6658783366710717, 0.018461382822589262],
  },
  {
    seed: 2 ** 32 - 1,
    first: [0.0976320289940138, 0.9123828453026218, 0.78903530185164],
    later: 0.7589835120943867,
    uniforms: [0.01956693389704664, 0.6078565430316152, 0.017094383281841517],
  },
];

test.each(known)("seed $seed draws NumPy's numbers, bit for bit", ({ seed, first, later, uniforms }) => {
  const numpy = Mt19937.seed(seed);
  expect([numpy.uniform(), numpy.uniform(), numpy.uniform()]).toEqual(first);
  for (let i = 0; i < 1000; i++) numpy.uniform();
  expect(numpy.uniform()).toBe(later);
  expect(numpy.uniforms([-0.1, 0.6, 0.015], [0.1, 0.7, 0.02])).toEqual(uniforms);
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])("seed %s is refused", (seed) => {
  expect(() => Mt19937.seed(seed)).toThrow(`Mt19937.seed: expected an integer in 0..2^32-1, got ${seed}`);
});

test("bounds that do not belong together are refused before anything is drawn", () => {
  const numpy = Mt19937.seed(42);
  expect(() => numpy.uniforms([0, 0], [1])).toThrow("expected as many upper bounds as lower, got 1 and 2");
  expect(numpy.uniform()).toBe(0.3745401188473625);
});
