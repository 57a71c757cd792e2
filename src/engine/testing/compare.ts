/** Compares compiled functions with the eager reference, in both builds. */
import { describe, expect } from "vitest";
import type { Tensor } from "../../tensor/tensor.js";
import { flatten } from "../../tensor/tree.js";
import { compile } from "../compile.js";
import { type Build, chooseBuild, currentBuild } from "../executor/build.js";

chooseBuild(undefined);
const detected = currentBuild();

/** Runs the tests of `body` once per build; the relaxed one is skipped, with the reason, where it cannot run. */
export function describeBuilds(name: string, body: (build: Build) => void): void {
  describe(`${name}, simd`, () => body("simd"));
  if (detected === "relaxed") describe(`${name}, relaxed`, () => body("relaxed"));
  else describe.skip(`${name}, relaxed (skipped: this platform refuses relaxed SIMD)`, () => body("relaxed"));
}

/** Runs `body` with programs compiled for `build`. */
export function withBuild<R>(build: Build, body: () => R): R {
  chooseBuild(build);
  try {
    return body();
  } finally {
    chooseBuild(undefined);
  }
}

/**
 * Checks that results agree in structure, shapes, dtypes and values.
 *
 * @param tolerance error allowed, as a share of the largest finite element or 1; 0 asks for equality, but of signs of 0
 */
export function expectAgree(got: unknown, expected: unknown, tolerance = 0, what = ""): void {
  const [mine] = flatten(got);
  const [theirs] = flatten(expected);
  expect(mine.map(String), what).toEqual(theirs.map(String));
  theirs.forEach((x, i) => {
    const worst = disagreement(mine[i]!, x, tolerance);
    if (worst >= 0) {
      const at = (y: Tensor) => y.data()[worst];
      expect.fail(`${what} result ${i}, ${x}, element ${worst}: expected ${at(x)}, got ${at(mine[i]!)}`);
    }
  });
}

/** The element that is most off, or -1. */
function disagreement(got: Tensor, expected: Tensor, tolerance: number): number {
  const [a, b] = [got.data(), expected.data()];
  let scale = 1;
  for (const x of b) if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
  let worst = -1;
  let largest = tolerance * scale;
  for (let i = 0; i < b.length; i++) {
    if (a[i] === b[i] || (Number.isNaN(a[i]!) && Number.isNaN(b[i]!))) continue;
    const error = Math.abs(a[i]! - b[i]!);
    if (error <= largest) continue;
    worst = i;
    largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}

/** Checks that a function gives compiled what it gives eagerly; returns the compiled function. */
export function expectCompiled<Args extends readonly unknown[], R>(
  build: Build,
  f: (...args: Args) => R,
  args: Args,
  tolerance = 0,
  what = "",
): (...args: Args) => R {
  return withBuild(build, () => {
    const compiled = compile(f);
    expectAgree(compiled(...args), f(...args), tolerance, what);
    return compiled;
  });
}
