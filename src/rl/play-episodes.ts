/**
 * Whole episodes of an agent that no longer learns, many side by side.
 *
 * @module
 */
import { type EnvBatch, type EnvState, spaceSize } from "../envs/index.js";
import { ConfigError, EnvError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { tensor } from "../tensor/index.js";
import type { EpisodeSummary } from "./episodes.js";
import type { Act } from "./on-policy.js";

export interface PlayOptions {
  /** Episodes in all. Row b plays the episodes b, b + B, … so that short ones do not count more. */
  readonly episodes: number;
  /** Episode e draws its task and its chance from `rng.fork("episode", e)`, its actions from streams of the step. */
  readonly rng: Rng;
  /** Steps after which an episode is cut off, with what it has earned by then. Default: no limit but the environment's. */
  readonly maxSteps?: number;
}

/** Plays episodes, and returns them in order. @throws ConfigError, EnvError */
export function playEpisodes<Task extends EnvState>(
  batch: EnvBatch<Task>,
  act: Act,
  { episodes, rng, maxSteps = Number.POSITIVE_INFINITY }: PlayOptions,
): readonly EpisodeSummary[] {
  if (!Number.isInteger(episodes) || episodes < 1) {
    throw new ConfigError(`playEpisodes: episodes must be an integer >= 1, got ${episodes}`);
  }
  const { spec, count: B, arrays } = batch;
  const done: EpisodeSummary[] = new Array(episodes);
  const running = Int32Array.from({ length: B }, (_, row) => row);
  const returns = new Float64Array(B);
  const lengths = new Float64Array(B);
  const begin = (rows: readonly number[]) => {
    // rows without an episode left go on with one that does not count
    const streams = rows.map((row) => rng.fork("episode", running[row]!));
    const tasks = streams.map((stream) => batch.sampleTask(stream.fork("task")));
    batch.reset(tasks, streams, rows);
    act.begin?.(rows);
    for (const row of rows) returns[row] = lengths[row] = 0;
  };
  begin(Array.from({ length: B }, (_, row) => row));
  const shape = [B, ...spec.observation.shape];
  const size = B * spaceSize(spec.observation);
  let left = episodes;
  for (let t = 0; left > 0; t++) {
    const observations = tensor(Float32Array.from(arrays.observations.subarray(0, size)), { shape });
    const ended = batch.step(act(observations, rng.fork("act", t)).data());
    const over = new Set(ended);
    for (let row = 0; row < B; row++) {
      const reward = arrays.rewards[row]!;
      if (!Number.isFinite(reward)) {
        throw new EnvError(`${spec.name}: row ${row}: expected a finite reward, got ${reward}`);
      }
      returns[row]! += reward;
      lengths[row]!++;
      if (lengths[row]! >= maxSteps) over.add(row);
    }
    const rows = [...over].sort((a, b) => a - b);
    for (const row of rows) {
      const episode = running[row]!;
      if (episode < episodes) {
        done[episode] = { return: returns[row]!, length: lengths[row]! };
        left--;
      }
      running[row] = episode + B;
    }
    if (rows.length > 0) begin(rows);
  }
  return done;
}
