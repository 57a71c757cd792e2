/**
 * N-way K-shot episodes: small classification tasks over classes drawn anew for each.
 *
 * Source: Vinyals et al. 2016, §2.2, https://arxiv.org/abs/1606.04080
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { expectRng } from "../random/rng.js";
import { type ArraySource, type Examples, examplesOf } from "./examples.js";
import type { ImageSource } from "./image-source.js";
import { type Batch, type HostArray, hostFloat32, hostInt32, type Task } from "./task.js";

export interface EpisodeOptions {
  /** Tasks in the chunk. */
  readonly tasks: number;
  /** Classes of a task, N. */
  readonly ways: number;
  /** Support examples of a class, K. */
  readonly shots: number;
  /** Query examples of a class. */
  readonly queries: number;
}

/**
 * Draws a chunk of tasks. Classes are in random order, no example is used twice in a task, and examples lie
 * class by class: label 0 first.
 *
 * @param source images, or an array `[example, ...shape]` for each class
 * @returns `support.x: [task, ways * shots, ...shape]`, which is height, width, channels for images, with values in
 * 0..1; `support.y: [task, ways * shots]` int32 in 0..ways − 1; and `query` alike with `queries` for `shots`
 * @throws ConfigError if the source has too few classes or examples, or its arrays do not match
 */
export function sampleEpisodes(
  source: ImageSource | ArraySource,
  rng: Rng,
  options: EpisodeOptions,
): Task<Batch<HostArray>> {
  expectRng("sampleEpisodes", rng);
  const examples = examplesOf("sampleEpisodes", source);
  checkOptions("sampleEpisodes", examples, options);
  const { tasks, ways, shots, queries } = options;
  const support = labelledExamples(examples, tasks, ways, shots);
  const query = labelledExamples(examples, tasks, ways, queries);
  for (let task = 0; task < tasks; task++) {
    const classes = rng.choice(examples.numClasses, ways);
    for (let way = 0; way < ways; way++) {
      const instances = rng.choice(examples.count(classes[way]!), shots + queries);
      const place = task * ways + way;
      copyExamples(examples, classes[way]!, instances.subarray(0, shots), support.x, place * shots);
      copyExamples(examples, classes[way]!, instances.subarray(shots), query.x, place * queries);
    }
  }
  return { support, query };
}

/**
 * Returns the tasks that a data set fixes: the source's first `ways` classes are the first task, the next the
 * second, and so on; the first examples of a class are its support set, the next its queries.
 *
 * @param source images, or an array `[example, ...shape]` for each class
 * @returns arrays as those of `sampleEpisodes`
 * @throws ConfigError if the source has too few classes or examples, or its arrays do not match
 */
export function consecutiveEpisodes(
  source: ImageSource | ArraySource,
  options: EpisodeOptions,
): Task<Batch<HostArray>> {
  const examples = examplesOf("consecutiveEpisodes", source);
  checkOptions("consecutiveEpisodes", examples, options);
  const { tasks, ways, shots, queries } = options;
  if (tasks * ways > examples.numClasses) {
    throw new ConfigError(
      `consecutiveEpisodes: tasks * ways must be at most the source's ${examples.numClasses} classes, got ${tasks} * ${ways}`,
    );
  }
  const support = labelledExamples(examples, tasks, ways, shots);
  const query = labelledExamples(examples, tasks, ways, queries);
  const instances = Int32Array.from({ length: shots + queries }, (_, k) => k);
  for (let place = 0; place < tasks * ways; place++) {
    copyExamples(examples, place, instances.subarray(0, shots), support.x, place * shots);
    copyExamples(examples, place, instances.subarray(shots), query.x, place * queries);
  }
  return { support, query };
}

/** Returns room for the examples of a chunk, and their labels. */
function labelledExamples({ shape, dtype }: Examples, tasks: number, ways: number, each: number) {
  const whole = [tasks, ways * each, ...shape];
  const x = dtype === "int32" ? hostInt32(whole) : hostFloat32(whole);
  const y = hostInt32([tasks, ways * each]);
  for (let k = 0; k < y.data.length; k++) y.data[k] = Math.floor(k / each) % ways;
  return { x, y } satisfies Batch<HostArray>;
}

/** Copies examples of one class to `out`, from the example at index `place` on. */
function copyExamples(
  examples: Examples,
  classIndex: number,
  instances: Int32Array,
  { data }: HostArray,
  place: number,
): void {
  const size = examples.shape.reduce((product, length) => product * length, 1);
  instances.forEach((instance, k) => {
    examples.copy(classIndex, instance, data, (place + k) * size);
  });
}

function checkOptions(
  who: string,
  { numClasses, leastExamples, isEven, noun }: Examples,
  { tasks, ways, shots, queries }: EpisodeOptions,
): void {
  const problems: string[] = [];
  for (const [name, value] of Object.entries({ tasks, ways, shots, queries })) {
    if (!Number.isInteger(value) || value < 1) problems.push(`${name} must be an integer >= 1, got ${value}`);
  }
  if (ways > numClasses) {
    problems.push(`ways must be at most the source's ${numClasses} classes, got ${ways}`);
  }
  if (shots + queries > leastExamples) {
    const got = `${shots} + ${queries}`;
    const least = `${leastExamples} ${noun} ${isEven ? "a class" : "of its smallest class"}`;
    problems.push(`shots + queries must be at most the source's ${least}, got ${got}`);
  }
  if (problems.length > 0) throw new ConfigError(`${who}: ${problems.join("; ")}`);
}
