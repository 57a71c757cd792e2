/** The runs of a table, several at a time, each in a process of its own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MetaError } from "../errors.js";
import {
  type Experiment,
  type Job,
  loadEvaluation,
  type Progress,
  type ProgressState,
} from "../run/index.js";
import { experimentAddress } from "./experiment.js";

export interface RunAllOptions {
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** What a job's process tells. */
export type JobMessage =
  | { readonly progress: ProgressState }
  | { readonly phase: string }
  | { readonly note: string }
  | { readonly failed: string };

const bin = fileURLToPath(new URL("../../bin/metagrad.js", import.meta.url));

/** Does all jobs that are not done. Returns false when interrupted. @throws MetaError when one fails */
export async function runAll(
  experiment: Experiment,
  jobs: readonly Job[],
  { workers, signal, progress }: RunAllOptions,
): Promise<boolean> {
  const waiting = jobs.filter(({ dir }) => loadEvaluation(dir) === undefined);
  const steps = jobs.reduce((total, job) => total + job.steps, 0);
  const before = steps - waiting.reduce((total, job) => total + job.steps, 0);
  const stepOf = new Map<Job, number>();
  const failures: string[] = [];
  const start = performance.now();
  let running = 0;

  const doneCount = () => jobs.length - waiting.length - running;
  const report = (latest?: ProgressState) => {
    const step = before + [...stepOf.values()].reduce((total, k) => total + k, 0);
    progress.update({
      label: `${experiment.name}  ${doneCount()} of ${jobs.length} runs`,
      step,
      steps,
      seconds: (performance.now() - start) / 1000,
      ...(latest?.headline && { headline: latest.headline }),
      ...(experiment.unit && { unit: experiment.unit.name }),
    });
  };
  const work = async () => {
    while (waiting.length > 0 && failures.length === 0 && !signal.aborted) {
      const job = waiting.shift()!;
      running++;
      const failed = await runInProcess(experiment, job, signal, {
        update(state) {
          stepOf.set(job, state.step);
          report(state);
        },
        phase: (text) => progress.phase(`${experiment.name}  ${doneCount()} of ${jobs.length} runs  ${text}`),
        note: (text) => progress.note(text),
      });
      running--;
      if (failed !== undefined) {
        failures.push(`${job.label}, seed ${job.seed}: ${failed}`);
        if (running > 0) progress.note(`${failures.at(-1)}\nThe runs that have begun go on.`);
      } else stepOf.set(job, job.steps);
      report();
    }
  };
  progress.phase(`${experiment.name}  ${doneCount()} of ${jobs.length} runs  starting`);
  try {
    await Promise.all(Array.from({ length: Math.min(workers, waiting.length) }, work));
  } finally {
    progress.end();
  }
  if (failures.length > 0) throw new MetaError(failures.join("\n"));
  return !signal.aborted;
}

/** Runs `metagrad job`. Returns why it failed, if it did. */
function runInProcess(
  experiment: Experiment,
  { label, config, seed, dir }: Job,
  signal: AbortSignal,
  progress: Omit<Progress, "end">,
): Promise<string | undefined> {
  const request = JSON.stringify({ config, seed, dir, label });
  const child = fork(bin, ["job", experimentAddress(experiment), request], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let failed: string | undefined;
  const stop = () => void (child.connected && child.send("stop")); // a signal may have come from the terminal, too
  signal.addEventListener("abort", stop);
  child.on("message", (message: JobMessage) => {
    if ("failed" in message) failed = message.failed;
    else if ("phase" in message) progress.phase(message.phase);
    else if ("note" in message) progress.note(message.note);
    else progress.update(message.progress);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, killedBy) => {
      signal.removeEventListener("abort", stop);
      const died =
        code === 0 || signal.aborted ? undefined : `its process ended with ${killedBy ?? `code ${code}`}`;
      resolve(failed ?? died);
    });
  });
}
