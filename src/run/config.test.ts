import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ConfigError } from "../errors.js";
import { configure, fieldPaths, parseSets } from "./config.js";
import type { Config } from "./experiment.js";
import { toyExperiment } from "./testing/toy-experiment.js";

const toy = toyExperiment();

function problems(...sets: string[]): string[] {
  try {
    configure(toy, ...parseSets(sets));
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message.split("\n");
  }
  return [];
}

test("later sources win over earlier ones, and these over defaults", () => {
  const config = configure(
    toy,
    { set: { "inner.lr": 1, steps: 5 }, from: "budget smoke" },
    ...parseSets(["steps=6", "mode=momentum"]),
  );
  expect(config).toEqual({ steps: 6, mode: "momentum", inner: { lr: 1, noise: 0.5 } });
});

test("all problems come at once, each with its path, what it got, and where from", () => {
  expect(problems("inner.lr=-1", "steps=1.5", "mode=momentun", "inner.lrr=2")).toEqual([
    "config toy/walk: inner.lrr is not a field. Did you mean inner.lr? (--set inner.lrr=2)",
    "config toy/walk: steps must be an integer, got 1.5 (--set steps=1.5)",
    'config toy/walk: mode must be one of plain, momentum, got "momentun". Did you mean momentum? (--set mode=momentun)',
    "config toy/walk: inner.lr must be > 0, got -1 (--set inner.lr=-1)",
  ]);
});

test("a field of another group is suggested by its last name", () => {
  expect(problems("noise=1")).toEqual([
    "config toy/walk: noise is not a field. Did you mean inner.noise? (--set noise=1)",
  ]);
});

test("a group is not a field", () => {
  expect(problems("inner=1")[0]).toContain(
    "inner is a group, not a field. Its fields are inner.lr, inner.noise",
  );
});

test("a value of the wrong type says both types", () => {
  expect(problems("inner.lr=fast")[0]).toContain('inner.lr must be a number, got "fast"');
});

test("nothing reaches a prototype", () => {
  expect(problems("__proto__.polluted=1")[0]).toContain("__proto__.polluted is not a field");
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("an option without a value is refused", () => {
  expect(problems("steps")).toEqual(["--set steps: expected <path>=<value>, as in inner.lr=0.01"]);
});

test("fields are listed by path", () => {
  expect(fieldPaths(toy.schema)).toEqual(["steps", "mode", "inner.lr", "inner.noise"]);
});

describe("memory", () => {
  const GIB = 2 ** 30;
  const sized = (memory: (config: Record<string, number>) => number) => ({
    name: "toy",
    schema: z.strictObject({ a: z.int().default(1), b: z.int().default(1), c: z.int().default(1) }),
    memory: memory as (config: Config) => number,
  });

  test("a config that needs more than there is names the field that makes it large, and whence it came", () => {
    const toy = sized(({ a, b }) => a! * GIB + b!);
    expect(configure(toy, { set: { b: 1000, c: 5 }, from: "--set" })).toEqual({ a: 1, b: 1000, c: 5 });
    expect(() => configure(toy, { set: { a: 10_000, b: 5, c: 7 }, from: "--set a" })).toThrow(
      /^config toy: a must fit in memory, got 10000, which needs 9\.8 TiB, more than the [\d.]+ [GM]iB that .*\. The default is 1 \(--set a\)$/,
    );
  });

  test("fields that only together are too large are named, until what is left fits", () => {
    const toy = sized(({ a, b, c }) => a! * b! * c!);
    expect(() => configure(toy, { set: { a: 2 ** 20, b: 2 ** 30, c: 2 ** 10 }, from: "test" })).toThrow(
      /^config toy: b must fit in memory, got 1073741824, which needs 1 EiB[^\n]*$/,
    );
    const sum = sized(({ a, b, c }) => a! + b! + c!);
    expect(() => configure(sum, { set: { a: 2 ** 50, b: 2 ** 51, c: 2 }, from: "test" })).toThrow(
      /^config toy: b must fit.* needs 3 PiB.*\nconfig toy: a must fit.* needs 1 PiB[^\n]*$/,
    );
  });
});
