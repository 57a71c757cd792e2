/** `metagrad job`: one run of a table, for `reproduce`, which talks to it over its message channel. Not in the help. */
import { command, interrupted, interruption } from "./command.js";
import type { JobMessage } from "./reproduce-jobs.js";

export const job = command("job")
  .argument("<experiment>")
  .argument("<request>", "JSON: config, seed, dir, label")
  .action(async (name, request) => {
    const { findExperiment } = await import("./experiment.js");
    const { runJob } = await import("../run/index.js");
    // by message, not by signal: Ctrl-C reaches the whole group of processes, and a second signal would kill
    const stop = new AbortController();
    process.once("message", () => stop.abort("SIGINT"));
    process.once("disconnect", () => stop.abort("SIGINT")); // reproduce was killed: end with a checkpoint
    if (!process.connected) stop.abort("SIGINT"); // it was, while this one was loading
    const signal = AbortSignal.any([interruption(), stop.signal]);
    let told = 0;
    if (stop.signal.aborted) return interrupted(signal);
    try {
      const { label, ...work } = JSON.parse(request);
      const isDone = await runJob(await findExperiment(name), work, {
        label,
        signal,
        progress: {
          update(progress) {
            if (performance.now() - told < 200 && progress.step < progress.steps) return;
            told = performance.now();
            tell({ progress });
          },
          phase: (phase) => tell({ phase }),
          note: (note) => tell({ note }),
          end() {},
        },
      });
      if (!isDone) interrupted(signal);
    } catch (error) {
      tell({ failed: (error as Error).message });
      process.exitCode = 1;
    } finally {
      process.removeAllListeners("disconnect").removeAllListeners("message");
      if (process.connected) process.disconnect?.();
    }
  });

/** Tells `reproduce`. That it may be gone, and nobody listens, is no fault of the run. */
function tell(message: JobMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
