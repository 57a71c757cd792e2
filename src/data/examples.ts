/**
 * What episodes are drawn from: labelled images, or arrays by class for data that are no images.
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import { type ImageSource, numImages } from "./image-source.js";
import type { HostArray } from "./task.js";

/**
 * Sequences, rows of a table, signals: one array for each class, `[example, ...shape]`. All have the same shape but for
 * the number of examples, and the same dtype.
 */
export type ArraySource = readonly HostArray[];

/** Whether a source holds arrays, and no images. */
export function isArraySource(source: ImageSource | ArraySource): source is ArraySource {
  return Array.isArray(source);
}

/** Examples by class, of whatever kind. */
export interface Examples {
  readonly numClasses: number;
  /** Examples of the smallest class. */
  readonly leastExamples: number;
  /** Whether all classes have as many. */
  readonly isEven: boolean;
  /** What errors call them. */
  readonly noun: "images" | "examples";
  /** Shape of an example. */
  readonly shape: readonly number[];
  readonly dtype: HostArray["dtype"];
  count(classIndex: number): number;
  /** Copies an example to `out`, from the element at index `at` on. */
  copy(classIndex: number, instance: number, out: HostArray["data"], at: number): void;
}

/** @throws ConfigError for arrays of different shapes or dtypes, or none */
export function examplesOf(who: string, source: ImageSource | ArraySource): Examples {
  return isArraySource(source) ? arrayExamples(who, source) : imageExamples(source);
}

/** Ink of each byte. */
const ink = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

function imageExamples(source: ImageSource): Examples {
  const { numClasses, imagesPerClass, height, width, channels } = source;
  return {
    numClasses,
    leastExamples: imagesPerClass,
    isEven: source.imagesOf === undefined,
    noun: "images",
    shape: [height, width, channels],
    dtype: "float32",
    count: (classIndex) => numImages(source, classIndex),
    copy(classIndex, instance, out, at) {
      const image = source.image(classIndex, instance);
      for (let k = 0; k < image.length; k++) out[at + k] = ink[image[k]!]!;
    },
  };
}

function arrayExamples(who: string, arrays: ArraySource): Examples {
  const [first] = arrays;
  if (first === undefined) throw new ConfigError(`${who}: expected an array for each class, got no class`);
  for (const [classIndex, array] of arrays.entries()) {
    const problem = differenceOf(array, first);
    if (problem) throw new ConfigError(`${who}: class ${classIndex}: ${problem}`);
  }
  const counts = arrays.map(({ shape }) => shape[0]!);
  const shape = first.shape.slice(1);
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    numClasses: arrays.length,
    leastExamples: counts.reduce((least, count) => Math.min(least, count)),
    isEven: counts.every((count) => count === counts[0]),
    noun: "examples",
    shape,
    dtype: first.dtype,
    count: (classIndex) => counts[classIndex]!,
    copy(classIndex, instance, out, at) {
      const { data } = arrays[classIndex]!;
      for (let k = 0; k < size; k++) out[at + k] = data[instance * size + k]!;
    },
  };
}

function differenceOf(array: HostArray, first: HostArray): string | undefined {
  const { shape, dtype, data } = (array ?? {}) as Partial<HostArray>;
  if (!Array.isArray(shape) || shape.length === 0 || typeof data?.length !== "number") {
    return "expected an array { shape: [examples, ...], dtype, data }, as hostArray makes it";
  }
  const size = shape.reduce((product: number, length: number) => product * length, 1);
  if (data.length !== size) return `expected ${size} numbers of shape [${shape}], got ${data.length}`;
  if (dtype !== first.dtype) return `expected dtype ${first.dtype}, as class 0 has, got ${dtype}`;
  if (dtype !== "float32" && dtype !== "int32") return `expected dtype float32 or int32, got ${dtype}`;
  if (String(shape.slice(1)) === String(first.shape.slice(1))) return undefined;
  return `expected examples of shape [${first.shape.slice(1)}], as class 0 has, got [${shape.slice(1)}]`;
}
