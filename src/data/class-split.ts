/**
 * Some classes of a source, and splits of them into classes to train on and classes to be judged on.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { Rng } from "../random/index.js";
import { type ArraySource, isArraySource } from "./examples.js";
import { type ImageSource, regroup } from "./image-source.js";

/** Numbers of classes. */
export interface SplitSizes {
  readonly train: number;
  /** Default: 0. */
  readonly validation?: number;
  readonly test: number;
}

export interface Split<Source = ImageSource> {
  readonly train: Source;
  readonly validation: Source;
  readonly test: Source;
}

/** Returns the given classes of `source`, numbered in the given order. @throws ConfigError */
export function selectClasses<Source extends ImageSource | ArraySource>(
  source: Source,
  classes: ArrayLike<number>,
): Source {
  const chosen = Int32Array.from(classes);
  const numClasses = classesOf(source);
  const wrong = chosen.find((index) => index < 0 || index >= numClasses);
  if (wrong !== undefined) {
    throw new ConfigError(`selectClasses: a class must be in 0..${numClasses - 1}, got ${wrong}`);
  }
  const selected = isArraySource(source)
    ? Array.from(chosen, (index) => source[index]!)
    : regroup(source, chosen.length, {
        image: (classIndex, instance) => source.image(chosen[classIndex]!, instance),
        origin: (classIndex) => chosen[classIndex]!,
        name: (_, origin) => origin,
      });
  return selected as unknown as Source; // the kind that came
}

/**
 * Shares the classes out at random: the same split for the same seed. Classes that no size asks for are
 * left out.
 *
 * Split first and rotate then, or the rotations of one character land on both sides.
 *
 * @throws ConfigError
 */
export function splitClasses<Source extends ImageSource | ArraySource>(
  source: Source,
  sizes: SplitSizes,
  seed = 0,
): Split<Source> {
  const { train, validation = 0, test } = sizes;
  for (const [name, size] of Object.entries({ train, validation, test })) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ConfigError(`splitClasses: ${name} must be an integer >= 0, got ${size}`);
    }
  }
  const numClasses = classesOf(source);
  const total = train + validation + test;
  if (total > numClasses) {
    const got = `${train} + ${validation} + ${test} = ${total}`;
    throw new ConfigError(`splitClasses: expected at most the source's ${numClasses} classes, got ${got}`);
  }
  const order = Rng.seed(seed).fork("split").permutation(numClasses);
  return {
    train: selectClasses(source, order.subarray(0, train)),
    validation: selectClasses(source, order.subarray(train, train + validation)),
    test: selectClasses(source, order.subarray(train + validation, total)),
  };
}

function classesOf(source: ImageSource | ArraySource): number {
  return isArraySource(source) ? source.length : source.numClasses;
}
