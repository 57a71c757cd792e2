/**
 * N-way K-shot episodes: small classification tasks over classes drawn anew for each.
 *
 * Source: Vinyals et al. 2016, §2.2, https://arxiv.org/abs/1606.04080
 *
 * @module
 */
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { type ImageSource, numImages } from "./image-source.js";
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

/** Ink of each byte. */
const ink = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Draws a chunk of tasks. Classes are in random order, no image is used twice in a task, and examples lie
 * class by class: label 0 first.
 *
 * @returns `support.x: [task, ways * shots, height, width, channels]` in 0..1, `support.y: [task, ways * shots]`
 * int32 in 0..ways − 1, and `query` alike with `queries` for `shots`
 * @throws ConfigError if the source has too few classes or images
 */
export function sampleEpisodes(
  source: ImageSource,
  rng: Rng,
  options: EpisodeOptions,
): Task<Batch<HostArray>> {
  checkOptions("sampleEpisodes", source, options);
  const { tasks, ways, shots, queries } = options;
  const support = labelledImages(source, tasks, ways, shots);
  const query = labelledImages(source, tasks, ways, queries);
  for (let task = 0; task < tasks; task++) {
    const classes = rng.choice(source.numClasses, ways);
    for (let way = 0; way < ways; way++) {
      const instances = rng.choice(numImages(source, classes[way]!), shots + queries);
      const place = task * ways + way;
      copyImages(source, classes[way]!, instances.subarray(0, shots), support.x.data, place * shots);
      copyImages(source, classes[way]!, instances.subarray(shots), query.x.data, place * queries);
    }
  }
  return { support, query };
}

/**
 * Returns the tasks that a data set fixes: the source's first `ways` classes are the first task, the next the
 * second, and so on; the first images of a class are its support examples, the next its queries.
 *
 * @returns arrays as those of `sampleEpisodes`
 * @throws ConfigError if the source has too few classes or images
 */
export function consecutiveEpisodes(source: ImageSource, options: EpisodeOptions): Task<Batch<HostArray>> {
  checkOptions("consecutiveEpisodes", source, options);
  const { tasks, ways, shots, queries } = options;
  if (tasks * ways > source.numClasses) {
    throw new ConfigError(
      `consecutiveEpisodes: tasks * ways must be at most the source's ${source.numClasses} classes, got ${tasks} * ${ways}`,
    );
  }
  const support = labelledImages(source, tasks, ways, shots);
  const query = labelledImages(source, tasks, ways, queries);
  const instances = Int32Array.from({ length: shots + queries }, (_, k) => k);
  for (let place = 0; place < tasks * ways; place++) {
    copyImages(source, place, instances.subarray(0, shots), support.x.data, place * shots);
    copyImages(source, place, instances.subarray(shots), query.x.data, place * queries);
  }
  return { support, query };
}

/** Returns room for the images of a chunk, and their labels. */
function labelledImages({ height, width, channels }: ImageSource, tasks: number, ways: number, each: number) {
  const x = hostFloat32([tasks, ways * each, height, width, channels]);
  const y = hostInt32([tasks, ways * each]);
  for (let k = 0; k < y.data.length; k++) y.data[k] = Math.floor(k / each) % ways;
  return { x, y } satisfies Batch<HostArray>;
}

/** Copies images of one class to `out`, from the image at index `place` on. */
function copyImages(
  source: ImageSource,
  classIndex: number,
  instances: Int32Array,
  out: Float32Array,
  place: number,
): void {
  let at = place * source.height * source.width * source.channels;
  for (const instance of instances) {
    const image = source.image(classIndex, instance);
    for (let k = 0; k < image.length; k++) out[at++] = ink[image[k]!]!;
  }
}

function checkOptions(
  who: string,
  source: ImageSource,
  { tasks, ways, shots, queries }: EpisodeOptions,
): void {
  const problems: string[] = [];
  for (const [name, value] of Object.entries({ tasks, ways, shots, queries })) {
    if (!Number.isInteger(value) || value < 1) problems.push(`${name} must be an integer >= 1, got ${value}`);
  }
  if (ways > source.numClasses) {
    problems.push(`ways must be at most the source's ${source.numClasses} classes, got ${ways}`);
  }
  if (shots + queries > source.imagesPerClass) {
    const got = `${shots} + ${queries}`;
    const least = `${source.imagesPerClass} images ${source.imagesOf ? "of its smallest class" : "a class"}`;
    problems.push(`shots + queries must be at most the source's ${least}, got ${got}`);
  }
  if (problems.length > 0) throw new ConfigError(`${who}: ${problems.join("; ")}`);
}
