/**
 * One run: an experiment, a config and a seed, from its first step or from its newest checkpoint.
 *
 * Step k draws from the stream `seed / "step" / k`, so a run that was stopped goes on with the same bits as
 * one that never was.
 *
 * @module
 */
import { join } from "node:path";
import { ConfigError, FormatError, NonFiniteError } from "../errors.js";
import { Rng } from "../random/index.js";
import type { Tree } from "../tensor/index.js";
import { findNonFinite } from "./checkpoint.js";
import { checkConfig } from "./config.js";
import type { Config, Experiment } from "./experiment.js";
import { RunFolder } from "./folder.js";
import { machine, version } from "./machine.js";
import { MetricMeans } from "./metrics.js";
import { type Progress, silentProgress } from "./progress.js";
import { explainNonFinite } from "./replay.js";

export interface RunOptions {
  /** Stops the run, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
  /** What progress calls the run. Default: the experiment's name. */
  readonly label?: string;
  /** Between checkpoints. Default: 30. */
  readonly checkpointSeconds?: number;
  /** Seconds from any moment on. Default: the system's. */
  readonly clock?: () => number;
}

export interface RunOutcome {
  readonly dir: string;
  readonly status: "done" | "interrupted";
  /** Steps taken so far. */
  readonly step: number;
  /** Of training, in all sessions. */
  readonly seconds: number;
  readonly model: Tree;
}

const LINES = 500; // of metrics.jsonl, or one a step where there are fewer
const TURN_SECONDS = 0.05; // between turns of the event loop, in which signals arrive

/** Starts a run in a new folder. @throws NonFiniteError, MetaError */
export async function startRun(
  experiment: Experiment,
  config: Config,
  seed: number,
  dir: string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const { build, node } = machine();
  const record = { experiment: experiment.name, seed, config, build, metagrad: version(), node };
  const folder = RunFolder.create(dir, record);
  const root = Rng.seed(seed);
  const learner = experiment.learner(config);
  const start = { state: learner.init(root.fork("init")), step: 0, seconds: 0, means: new MetricMeans() };
  return trainFrom(start, { experiment, config, learner, root, folder }, options);
}

/** Goes on with a run from its newest checkpoint. @throws FormatError, NonFiniteError, MetaError */
export async function resumeRun(
  experiment: Experiment,
  dir: string,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const folder = RunFolder.open(dir);
  const config = recordedConfig(experiment, folder);
  const { seed, build } = folder.record;
  if (build !== machine().build) {
    throw new FormatError(
      `${dir}: made by the ${build} build of the engine, this is ${machine().build}, which rounds otherwise. Start a new run`,
    );
  }
  const root = Rng.seed(seed);
  const learner = experiment.learner(config);
  const fresh = learner.init(root.fork("init"));
  const base = folder.newest();
  const work = { experiment, config, learner, root, folder };
  if (base === undefined) {
    folder.rewind(undefined);
    return trainFrom({ state: fresh, step: 0, seconds: 0, means: new MetricMeans() }, work, options);
  }
  const [state, { step, seconds, pending, rng }] = folder.load(base, fresh);
  folder.rewind(base);
  const start = { state, step, seconds, means: MetricMeans.restore(pending) };
  return trainFrom(start, { ...work, root: Rng.restore(rng) }, options);
}

/** Checks that a folder is of this experiment, and returns its config. @throws ConfigError */
export function recordedConfig(experiment: Experiment, { dir, record }: RunFolder): Config {
  if (record.experiment !== experiment.name) {
    throw new ConfigError(`${dir}: expected a run of ${experiment.name}, got one of ${record.experiment}`);
  }
  return checkConfig(experiment, record.config, join(dir, "config.json"));
}

interface Start {
  readonly state: Tree;
  readonly step: number;
  readonly seconds: number;
  readonly means: MetricMeans;
}

interface Work {
  readonly experiment: Experiment;
  readonly config: Config;
  readonly learner: ReturnType<Experiment["learner"]>;
  readonly root: Rng;
  readonly folder: RunFolder;
}

async function trainFrom(
  { state: first, step: startStep, seconds: secondsBefore, means }: Start,
  { experiment, config, learner, root, folder }: Work,
  options: RunOptions,
): Promise<RunOutcome> {
  const { signal, progress = silentProgress, label = experiment.name, checkpointSeconds = 30 } = options;
  const { clock = systemSeconds } = options;
  const steps = experiment.steps(config);
  const logEvery = Math.max(1, Math.floor(steps / LINES));
  const startTime = clock();
  const elapsed = () => clock() - startTime;

  let state = first;
  let step = startStep;
  let headline: readonly [string, number] | undefined;
  let lastSaved = step > 0 ? step : -1;
  const report = () =>
    progress.update({ label, step, steps, seconds: elapsed(), ...(headline && { headline }) });
  const whereIsIt = () => {
    const base = folder.newest();
    const good = base === undefined ? "There is no checkpoint" : `The last good checkpoint is ${base}`;
    return `${good}, the run folder ${folder.dir}`;
  };
  const save = () => {
    if (lastSaved === step) return;
    const wrong = findNonFinite(state);
    if (wrong) throw new NonFiniteError(`${wrong} must be finite after step ${step}. ${whereIsIt()}`);
    const seconds = secondsBefore + elapsed();
    folder.save(state, { step, seconds, pending: means.pending(), rng: root.state() });
    lastSaved = step;
  };
  const outcome = (status: RunOutcome["status"]): RunOutcome => {
    const seconds = secondsBefore + elapsed();
    return { dir: folder.dir, status, step, seconds, model: learner.model(state) };
  };

  let lastTurn = clock();
  let lastSaveTime = lastTurn;
  try {
    while (step < steps) {
      const k = step + 1;
      const [next, metrics] = learner.step(state, k, root.fork("step", k));
      state = next;
      step = k;
      means.add(step, metrics, () => `${whereIsIt()}${explainNonFinite(learner, folder, root, k)}`);
      if (step % logEvery === 0 || step === steps) {
        const line = means.flush();
        folder.log(step, line);
        const value = line[experiment.headline];
        if (value !== undefined) headline = [experiment.headline, value];
      }
      const now = clock();
      if (now - lastSaveTime >= checkpointSeconds) {
        save();
        lastSaveTime = now;
      }
      if (now - lastTurn >= TURN_SECONDS) {
        report();
        await new Promise(setImmediate);
        lastTurn = clock();
      }
      if (signal?.aborted && step < steps) {
        save();
        return outcome("interrupted");
      }
    }
    report();
    save();
    return outcome("done");
  } finally {
    progress.end();
  }
}

function systemSeconds(): number {
  return performance.now() / 1000;
}
