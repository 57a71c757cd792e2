/**
 * One run: an experiment, a config and a seed, from its first step or from its newest checkpoint.
 *
 * Step k draws from the stream `seed / "step" / k`, so a run that was stopped goes on with the same bits as
 * one that never was.
 *
 * @module
 */
import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, FormatError } from "../errors.js";
import { Rng } from "../random/index.js";
import type { Tree } from "../tensor/index.js";
import { checkConfig } from "./config.js";
import type { Config, Experiment } from "./experiment.js";
import { RunFolder, restoreWorld, stateOf } from "./folder.js";
import { type Learner, withLearner } from "./learner.js";
import { type Lock, lockFolder } from "./lock.js";
import { machine, version } from "./machine.js";
import { MetricMeans } from "./metrics.js";
import { silentProgress } from "./progress.js";
import { hasRecord, type RunRecord } from "./record.js";
import { refusal } from "./refusal.js";
import { type RunOptions, type RunOutcome, trainFrom } from "./training.js";

/**
 * Starts a run in a folder that holds none. What can be refused is refused before the first step: the config, the
 * folder, and a disk that does not take a checkpoint. A run whose first step is refused leaves no folder.
 *
 * @throws NonFiniteError, MetaError
 */
export async function startRun(
  experiment: Experiment,
  config: Config,
  seed: number,
  dir: string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  return locked(dir, async (lock) => {
    if (hasRecord(dir)) {
      throw new ConfigError(
        `${dir}: expected a folder without a run, got one that holds one. Resume it instead`,
      );
    }
    const root = Rng.seed(seed);
    return withLearner(experiment, config, async (learner) => {
      const state = await begin(experiment, config, learner, root);
      const folder = RunFolder.create(dir, await recordOf(experiment, config, seed, options));
      const start = { ...beginning, state, means: new MetricMeans(), isNew: true };
      return trainFrom(start, { experiment, config, learner, root, folder, lock }, options);
    });
  });
}

/**
 * Goes on with a run from its newest checkpoint that is whole. A damaged one is reported as a note of the progress.
 *
 * @throws FormatError, NonFiniteError, MetaError
 */
export async function resumeRun(
  experiment: Experiment,
  dir: string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const folder = RunFolder.open(dir);
  const config = recordedConfig(experiment, folder);
  await checkSameBits(folder, experiment, config);
  return locked(dir, async (lock) => {
    const { progress = silentProgress } = options;
    const { checkpoint, damages } = folder.newestWhole();
    const { seed, metagrad } = folder.record;
    const seeded = Rng.seed(seed);
    return withLearner(experiment, config, async (learner) => {
      const fresh = learner.init(seeded.fork("init"));
      const state = checkpoint ? stateOf(checkpoint, fresh) : fresh; // before anything is cut off
      if (checkpoint) await restoreWorld(checkpoint, learner.world);
      else await learner.world?.begin(seeded.fork("world"));
      folder.rewind(checkpoint);
      for (const damage of damages) {
        progress.note(`${damage}. Goes on from step ${checkpoint?.progress.step}, with the same bits`);
      }
      if (metagrad !== version()) {
        progress.note(
          `${dir}: begun by metagrad ${metagrad}, this is ${version()}, which may round otherwise`,
        );
      }
      const work = { experiment, config, learner, folder, lock };
      if (checkpoint === undefined) {
        const start = { ...beginning, state, means: new MetricMeans() };
        return trainFrom(start, { ...work, root: seeded }, options);
      }
      const { step, seconds, pending, rng } = checkpoint.progress;
      const start = { state, step, seconds, means: MetricMeans.restore(pending), isSaved: true };
      return trainFrom(start, { ...work, root: Rng.restore(rng) }, options);
    });
  });
}

/** Checks that a folder is of this experiment, and returns its config. @throws ConfigError */
export function recordedConfig(experiment: Experiment, { dir, record }: RunFolder): Config {
  if (record.experiment !== experiment.name) {
    throw new ConfigError(`${dir}: expected a run of ${experiment.name}, got one of ${record.experiment}`);
  }
  return checkConfig(experiment, record.config, join(dir, "config.json"));
}

const beginning = { step: 0, seconds: 0, isSaved: false };

/** Makes the state before step 1, and the world. @throws ConfigError where the config is not possible */
async function begin(experiment: Experiment, config: Config, learner: Learner, root: Rng): Promise<Tree> {
  try {
    await learner.world?.begin(root.fork("world"));
    return learner.init(root.fork("init"));
  } catch (error) {
    throw refusal(experiment, config, error) ?? error;
  }
}

async function recordOf(
  experiment: Experiment,
  config: Config,
  seed: number,
  { workers = 1 }: RunOptions,
): Promise<RunRecord> {
  const { name, headline, module } = experiment;
  const { build, node } = machine();
  const data = { ...(await experiment.data?.(config)) };
  const steps = experiment.steps(config);
  const versions = { build, metagrad: version(), node };
  return {
    ...{ experiment: name, ...(module && { module }) },
    ...{ seed, config, steps, headline, data, ...versions, workers },
  };
}

/** @throws FormatError where going on would give other bits */
async function checkSameBits(
  { dir, record }: RunFolder,
  experiment: Experiment,
  config: Config,
): Promise<void> {
  const { build } = machine();
  if (record.build !== build) {
    throw new FormatError(
      `${dir}: made by the ${record.build} build of the engine, this is ${build}, which rounds otherwise. Start a new run`,
    );
  }
  if (record.module?.sha256 !== experiment.module?.sha256) {
    throw new FormatError(
      `${dir}: ${record.module?.path}: expected the text that the run began with, got one that has been changed. Put it back, or start a new run`,
    );
  }
  const data = { ...(await experiment.data?.(config)) };
  for (const name of new Set([...Object.keys(record.data), ...Object.keys(data)])) {
    const [expected = "none", got = "none"] = [record.data[name], data[name]];
    if (expected === got) continue;
    throw new FormatError(
      `${dir}: data set ${name}: expected checksum ${expected}, got ${got}. Put back the data that the run began with, or start a new run`,
    );
  }
}

async function locked<R>(dir: string, action: (lock: Lock) => Promise<R>): Promise<R> {
  const lock = lockFolder(dir);
  try {
    return await action(lock);
  } finally {
    lock.release();
    removeIfEmpty(dir); // refused before it began
  }
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // it holds a run
  }
}
