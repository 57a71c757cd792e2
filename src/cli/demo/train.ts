import { Rng } from "../../random/index.js";
import { type Config, type Experiment, showProgress } from "../../run/index.js";
import type { Tree } from "../../tensor/index.js";

export interface Trained {
  readonly model: Tree;
  /** For each hundredth of the training, the step at its end and the mean of the headline metric. */
  readonly history: readonly { readonly step: number; readonly value: number }[];
}

const PARTS = 100;
const TURN_SECONDS = 0.05;

/** Trains without a run folder, with a progress line. Returns undefined when interrupted. */
export async function trainQuietly(
  experiment: Experiment,
  config: Config,
  signal: AbortSignal,
): Promise<Trained | undefined> {
  const progress = showProgress(process.stderr);
  const learner = await experiment.learner(config);
  const steps = experiment.steps(config);
  const root = Rng.seed(0);
  const history: { step: number; value: number }[] = [];
  const start = performance.now() / 1000;
  let state = learner.init(root.fork("init"));
  let sum = 0;
  let count = 0;
  let lastTurn = start;
  progress.phase("  compiling the first step");
  try {
    for (let step = 1; step <= steps; step++) {
      const [next, metrics] = learner.step(state, step, root.fork("step", step));
      state = next;
      const metric = metrics[experiment.headline]!;
      sum += typeof metric === "number" ? metric : metric.item();
      count++;
      if (step % Math.ceil(steps / PARTS) === 0) {
        history.push({ step, value: sum / count });
        sum = count = 0;
      }
      const now = performance.now() / 1000;
      if (now - lastTurn < TURN_SECONDS && step < steps) continue;
      const latest = history.at(-1);
      progress.update({
        label: "  training",
        step,
        steps,
        seconds: now - start,
        ...(latest && { headline: ["loss after adapting", latest.value] }),
      });
      await new Promise(setImmediate);
      if (signal.aborted) return undefined;
      lastTurn = performance.now() / 1000;
    }
  } finally {
    progress.end();
  }
  return { model: learner.model(state), history };
}
