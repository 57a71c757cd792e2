/**
 * The loop of a run: steps, lines of metrics, checkpoints.
 *
 * @module
 */
import { MetaError, NonFiniteError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { mean } from "../stats/index.js";
import type { Tree } from "../tensor/index.js";
import type { Config, Experiment } from "./experiment.js";
import type { RunFolder } from "./folder.js";
import type { Learner } from "./learner.js";
import type { Lock } from "./lock.js";
import type { MetricMeans } from "./metrics.js";
import { findNonFinite } from "./non-finite.js";
import { type Progress, silentProgress } from "./progress.js";
import { refusal } from "./refusal.js";
import { explainNonFinite } from "./replay.js";

export interface RunOptions {
  /** Stops the run, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
  /** What progress calls the run. Default: the experiment's name. */
  readonly label?: string;
  /** Between checkpoints; 0: after every step. Default: 30. */
  readonly checkpointSeconds?: number;
  /** Threads that the learner works with, for the record. Default: 1. */
  readonly workers?: number;
  /** Seconds from any moment on. Default: the system's. */
  readonly clock?: () => number;
}

export interface RunOutcome {
  readonly dir: string;
  readonly status: "done" | "interrupted";
  /** Steps taken so far. */
  readonly step: number;
  /** Time of training, in all sessions. */
  readonly seconds: number;
  readonly model: Tree;
}

/** Where a run begins, or goes on. */
export interface Start {
  readonly state: Tree;
  readonly step: number;
  /** Time of training, in earlier sessions. */
  readonly seconds: number;
  readonly means: MetricMeans;
  /** Whether there is a checkpoint of it. */
  readonly isSaved: boolean;
  /** Whether nobody has worked on it before: where its first step is refused, nothing of it stays. */
  readonly isNew?: boolean;
}

/** What a run is made of. */
export interface Work {
  readonly experiment: Experiment;
  readonly config: Config;
  readonly learner: Learner;
  readonly root: Rng;
  readonly folder: RunFolder;
  readonly lock: Lock;
}

const LINES = 500; // of metrics.jsonl, or one a step where there are fewer
const TURN_SECONDS = 0.05; // between turns of the event loop, in which signals arrive
const BEAT_SECONDS = 10;

/** Trains to the end, or until interrupted. @throws NonFiniteError, MetaError */
export async function trainFrom(
  { state: first, step: startStep, seconds: secondsBefore, means, isSaved, isNew = false }: Start,
  { experiment, config, learner, root, folder, lock }: Work,
  options: RunOptions,
): Promise<RunOutcome> {
  const { signal, progress = silentProgress, label = experiment.name, checkpointSeconds = 30 } = options;
  const { clock = systemSeconds } = options;
  const steps = experiment.steps(config);
  const logEvery = Math.max(1, Math.floor(steps / LINES));
  const evaluateEvery = experiment.evaluateEvery?.(config) ?? 0;
  const unit = experiment.unit && { name: experiment.unit.name, size: experiment.unit.perStep(config) };
  const counted = (count: number) => count * (unit?.size ?? 1);
  const startTime = clock();
  const elapsed = () => clock() - startTime;

  let state = first;
  let step = startStep;
  let headline: readonly [string, number] | undefined;
  let lastSaved = isSaved ? step : -1;
  const report = () =>
    progress.update({
      ...{ label, step: counted(step), steps: counted(steps), seconds: elapsed() },
      ...(headline && { headline }),
      ...(unit && { unit: unit.name }),
    });
  const whereIsIt = () => {
    const base = folder.newestPath();
    const good = base === undefined ? "There is no checkpoint" : `The last good checkpoint is ${base}`;
    return `${good}, the run folder ${folder.dir}`;
  };
  const save = async () => {
    if (lastSaved === step) return;
    const wrong = findNonFinite(state);
    if (wrong) throw new NonFiniteError(`${wrong} must be finite after step ${step}. ${whereIsIt()}`);
    lock.beat();
    const seconds = secondsBefore + elapsed();
    const going = { step, seconds, pending: means.pending(), rng: root.state() };
    await folder.save(state, going, learner.world);
    lastSaved = step;
  };
  const outcome = (status: RunOutcome["status"]): RunOutcome => {
    const seconds = secondsBefore + elapsed();
    return { dir: folder.dir, status, step, seconds, model: learner.model(state) };
  };

  let lastTurn = clock();
  let lastSaveTime = lastTurn;
  let lastBeat = lastTurn;
  try {
    if (step < steps) progress.phase(`${label}  compiling the first step`);
    await save(); // of step 0: a disk that takes no checkpoint is known before there is anything to lose
    while (step < steps) {
      const k = step + 1;
      const [next, metrics] = learner.step(state, k, root.fork("step", k));
      state = next;
      step = k;
      const wrong = means.add(step, metrics);
      if (wrong !== undefined) {
        const first = await explainNonFinite(learner, folder, root, k);
        throw new NonFiniteError(`${wrong}. ${whereIsIt()}${first}`);
      }
      const isJudged = evaluateEvery > 0 && step % evaluateEvery === 0;
      if (isJudged || step % logEvery === 0 || step === steps) {
        if (isJudged) progress.phase(`${label}  evaluating after ${counted(step)} ${unit?.name ?? "steps"}`);
        const judged = isJudged ? await judge(learner, state, root.fork("evaluate", k)) : {};
        const line = { ...(unit && { [unit.name]: counted(step) }), ...means.flush(), ...judged };
        folder.log(step, line);
        const value = line[experiment.headline];
        if (value !== undefined) headline = [experiment.headline, value];
      }
      const now = clock();
      if (now - lastSaveTime >= checkpointSeconds) {
        await save();
        lastSaveTime = now;
      }
      if (now - lastBeat >= BEAT_SECONDS) {
        lock.beat();
        lastBeat = now;
      }
      if (now - lastTurn >= TURN_SECONDS) {
        report();
        await new Promise(setImmediate);
        lastTurn = clock();
      }
      if (signal?.aborted && step < steps) {
        await save();
        return outcome("interrupted");
      }
    }
    report();
    await save();
    return outcome("done");
  } catch (error) {
    const refused = isNew && step === 0 && lock.isHeld() ? refusal(experiment, config, error) : undefined;
    if (refused) {
      folder.discard();
      throw refused;
    }
    const failure = isSystemError(error)
      ? new MetaError(`${error.message}. ${whereIsIt()}, --resume goes on from it`, { cause: error.cause })
      : error;
    if (lock.isHeld()) folder.noteFailure(step, (failure as Error).message);
    throw failure;
  } finally {
    progress.end();
  }
}

/** Judges the model on the way: the mean of each metric over test tasks. @throws NonFiniteError */
async function judge(learner: Learner, state: Tree, rng: Rng): Promise<Record<string, number>> {
  const evaluation = await learner.evaluate(learner.model(state), rng);
  return Object.fromEntries(Object.entries(evaluation).map(([name, values]) => [name, mean(values)]));
}

/** Whether the system refused a file: a full disk, say. */
function isSystemError(error: unknown): error is MetaError {
  return error instanceof MetaError && (error.cause as NodeJS.ErrnoException | undefined)?.code !== undefined;
}

function systemSeconds(): number {
  return performance.now() / 1000;
}
