/**
 * Step sizes that change with the step. All are traceable, so that a compiled update anneals by itself.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import {
  cos,
  type DType,
  floor,
  full,
  less,
  maximum,
  minimum,
  pow,
  select,
  sub,
  type Tensor,
} from "../tensor/index.js";
import { expectFinite, expectInteger, expectPositive } from "./options.js";

/**
 * A float scalar from the number of updates made before, an int32 scalar.
 *
 * The dtype is that of what it multiplies, float32 if none is given.
 */
export type Schedule = (step: Tensor, dtype?: DType) => Tensor;

/** The same at every step. */
export function constant(value: number): Schedule {
  expectFinite("schedule.constant: value", value);
  return (step, dtype = "float32") => full(step.shape, value, dtype);
}

/** From `start` to `end` in equal parts, then `end`. */
export function linear(start: number, end: number, steps: number): Schedule {
  expectFinite("schedule.linear: start", start);
  expectFinite("schedule.linear: end", end);
  const progress = progressOver(steps, "schedule.linear");
  return (step, dtype) =>
    progress(step, dtype)
      .mul(end - start)
      .add(start);
}

/**
 * From `start` to `end` along half a cosine wave, then `end`.
 *
 * Source: Loshchilov & Hutter 2017, eq. 5, https://arxiv.org/abs/1608.03983
 */
export function cosine(start: number, steps: number, { end = 0 } = {}): Schedule {
  expectFinite("schedule.cosine: start", start);
  expectFinite("schedule.cosine: end", end);
  const progress = progressOver(steps, "schedule.cosine");
  return (step, dtype) => {
    const wave = cos(progress(step, dtype).mul(Math.PI)).add(1); // from 2 to 0
    return wave.mul((start - end) / 2).add(end);
  };
}

export interface ExponentialOptions {
  /** Factor per `every` steps. */
  readonly rate: number;
  /** Default: 1. */
  readonly every?: number;
  /** Change only at whole multiples of `every`. Default: false. */
  readonly staircase?: boolean;
}

/** start · rate^(step / every). */
export function exponential(
  start: number,
  { rate, every = 1, staircase = false }: ExponentialOptions,
): Schedule {
  expectFinite("schedule.exponential: start", start);
  expectFinite("schedule.exponential: rate", rate);
  expectPositive("schedule.exponential: rate", rate);
  expectInteger("schedule.exponential: every", every, 1);
  return (step, dtype = "float32") => {
    const passed = step.cast(dtype).div(every);
    return pow(rate, staircase ? floor(passed) : passed).mul(start);
  };
}

/** `values[0]` before the step `boundaries[0]`, then `values[1]` before `boundaries[1]`, and so on. */
export function piecewise(values: readonly number[], boundaries: readonly number[]): Schedule {
  if (values.length !== boundaries.length + 1 || boundaries.some((b, i) => !(b > (boundaries[i - 1] ?? 0)))) {
    throw new ConfigError(
      `schedule.piecewise: expected n rising boundaries > 0 and n + 1 values, got [${boundaries}] and [${values}]`,
    );
  }
  for (const value of [...values, ...boundaries])
    expectFinite("schedule.piecewise: a value or boundary", value);
  return (step, dtype = "float32") =>
    boundaries.reduceRight(
      (later, boundary, i) => select(less(step, boundary), full(step.shape, values[i]!, dtype), later),
      full(step.shape, values.at(-1)!, dtype),
    );
}

/** Rises in equal parts from 0 to the first value of `schedule`, and then follows it from its start. */
export function warmup(steps: number, schedule: Schedule): Schedule {
  const progress = progressOver(steps, "schedule.warmup");
  return (step, dtype) => {
    const after = schedule(maximum(sub(step, steps), 0), dtype); // its first value all the way up
    return after.mul(progress(step, dtype));
  };
}

/** Counts in epochs of `steps` steps: every step of an epoch gets what `schedule` gives for its number, from 0. */
export function byEpoch(steps: number, schedule: Schedule): Schedule {
  const epochAt = epoch(steps, "schedule.byEpoch");
  return (step, dtype) => schedule(epochAt(step), dtype);
}

/** The epoch of a step, both from 0 and int32. @throws ConfigError */
export function epoch(steps: number, who = "schedule.epoch"): (step: Tensor) => Tensor {
  expectInteger(`${who}: steps`, steps, 1);
  // from the middle of a step, because a quotient that is rounded down would be in the epoch before
  return (step) => floor(step.cast("float32").add(0.5).div(steps)).cast("int32");
}

/** From 0 at step 0 to 1 at step `steps` and later. */
function progressOver(steps: number, who: string): Schedule {
  expectInteger(`${who}: steps`, steps, 1);
  return (step, dtype = "float32") => minimum(step.cast(dtype).div(steps), 1);
}
