/**
 * How long a reproduction will take here: each row is tried for a second.
 *
 * @module
 */
import { Rng } from "../random/index.js";
import type { Tree } from "../tensor/index.js";
import type { Config, Experiment } from "./experiment.js";
import { withLearner } from "./learner.js";
import { type Progress, silentProgress } from "./progress.js";
import type { Reproduction } from "./reproduce.js";

/** Seconds that each job will take here, from a short trial of each row. */
export async function estimateSeconds(
  experiment: Experiment,
  { jobs }: Reproduction,
  progress: Progress = silentProgress,
): Promise<Map<string, number>> {
  const seconds = new Map<string, number>();
  const rows = new Set(jobs.map(({ label }) => label));
  for (const { label, config, seed } of jobs) {
    if (seconds.has(label)) continue;
    progress.phase(`${experiment.name}  trying row ${seconds.size + 1} of ${rows.size}: ${label}`);
    seconds.set(label, await trialSeconds(experiment, config, experiment.steps(config), seed));
  }
  return seconds;
}

const TRIAL_SECONDS = 1;

async function trialSeconds(
  experiment: Experiment,
  config: Config,
  steps: number,
  seed: number,
): Promise<number> {
  const now = () => performance.now() / 1000;
  const begin = now();
  const root = Rng.seed(seed);
  const [training, model] = await withLearner(experiment, config, async (learner) => {
    await learner.world?.begin(root.fork("world"));
    let state = learner.init(root.fork("init"));
    let k = 0;
    const take = () => {
      k++;
      [state] = learner.step(state, k, root.fork("step", k));
    };
    if (steps > 0) take(); // compiles
    const setup = now() - begin;
    const start = now();
    // the second half is timed: V8 is still warming up in the first
    while (k < steps && now() - start < TRIAL_SECONDS / 2) take();
    const first = k;
    const middle = now();
    while (k < steps && now() - middle < TRIAL_SECONDS / 2) take();
    const perStep = k > first ? (now() - middle) / (k - first) : k > 1 ? (middle - start) / (k - 1) : 0;
    return [setup + perStep * steps, learner.model(state)] as const;
  });
  const test = await testSeconds(experiment, config, model, root.fork("test"));
  const every = experiment.evaluateEvery?.(config) ?? 0;
  return training + test * (1 + (every > 0 ? Math.floor(steps / every) : 0));
}

/** Test tasks of a trial; a full test is many times as long. */
const TRIAL_TASKS = 10;

/** Seconds of a test, from tests of few tasks where the config says how many it has. */
async function testSeconds(experiment: Experiment, config: Config, model: Tree, rng: Rng): Promise<number> {
  const seconds = (tested: Config) =>
    withLearner(experiment, tested, async (learner) => {
      const begin = performance.now();
      await learner.evaluate(model, rng);
      return (performance.now() - begin) / 1000;
    });
  const { test } = config as { test?: { tasks?: unknown } };
  const tasks = test?.tasks;
  if (typeof tasks !== "number" || tasks <= 4 * TRIAL_TASKS) return seconds(config);
  const some = (count: number) => seconds({ ...config, test: { ...test, tasks: count } });
  const few = await some(TRIAL_TASKS);
  const more = await some(2 * TRIAL_TASKS);
  return few + (Math.max(0, more - few) / TRIAL_TASKS) * (tasks - TRIAL_TASKS);
}
