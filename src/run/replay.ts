/**
 * Which operation made a run's numbers go wrong: the step is taken again, operation by operation.
 *
 * @module
 */
import { describeNonFinite, locateNonFinite } from "../engine/index.js";
import { ShapeError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { Tensor, type Tree } from "../tensor/index.js";
import { type RunFolder, restoreWorld, stateOf } from "./folder.js";
import type { Learner } from "./learner.js";

/**
 * Goes from the newest checkpoint to the step before `step` and replays that one on the eager reference.
 *
 * @param root the run's stream
 * @returns a sentence for the error, or nothing where the reference stays finite or the step cannot be traced
 */
export async function explainNonFinite(
  learner: Learner,
  folder: RunFolder,
  root: Rng,
  step: number,
): Promise<string> {
  let state = learner.init(root.fork("init"));
  let taken = 0;
  const checkpoint = folder.newest();
  if (checkpoint !== undefined) {
    state = stateOf(checkpoint, state);
    taken = checkpoint.progress.step;
    await restoreWorld(checkpoint, learner.world);
  }
  for (let k = taken + 1; k < step; k++) [state] = learner.step(state, k, root.fork("step", k));
  const metricsOf = (before: Tree) => {
    const [next, metrics] = learner.step(before, step, root.fork("step", step));
    return [next, Object.values(metrics).filter((metric) => metric instanceof Tensor)];
  };
  try {
    const found = locateNonFinite(metricsOf, state);
    return found ? `. First: ${describeNonFinite(found)}` : "";
  } catch (error) {
    if (error instanceof ShapeError) return ""; // the step looks at values: it cannot be traced as a whole
    throw error;
  }
}
