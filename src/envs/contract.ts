/**
 * What every environment promises (`env.ts`), as tests: whoever writes one runs them on it.
 *
 * `describeEnv` takes the test runner that is there: vitest, node:test, Jest, Mocha. `envChecks` gives the same checks
 * as functions that throw.
 *
 * Source: the idea is dm_env's, `EnvironmentTestMixin`.
 *
 * @module
 */
import { continuationChecks } from "./contract-continuation.js";
import { episodeChecks } from "./contract-episode.js";
import { refusalChecks } from "./contract-refusals.js";
import { type Checks, type ContractOptions, Subject } from "./contract-subject.js";
import type { Env } from "./env.js";

/** The functions of a test runner that `describeEnv` needs. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly test: (name: string, run: () => Promise<void>) => unknown;
}

/** One promise, and a function that throws an `EnvError` that says what to do if it is not kept. */
export interface EnvCheck {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * Defines a test for each promise of the contract.
 *
 *     import { describe, test } from "vitest";
 *     describeEnv("point2d", () => new Point2d(), { describe, test });
 *
 * @param make returns another copy of the environment at each call
 */
export function describeEnv(
  name: string,
  make: () => Env | Promise<Env>,
  { describe, test, ...options }: TestRunner & ContractOptions,
): void {
  describe(`${name} keeps the contract of environments:`, () => {
    for (const check of envChecks(make, options)) test(check.name, () => check.run());
  });
}

/** Returns a check for each promise of the contract. */
export function envChecks(
  make: () => Env | Promise<Env>,
  options: ContractOptions = {},
): readonly EnvCheck[] {
  const checks: Checks = { ...episodeChecks, ...continuationChecks, ...refusalChecks };
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      const subject = new Subject(make, options);
      try {
        await check(subject);
      } finally {
        subject.close();
      }
    },
  }));
}
