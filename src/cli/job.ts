/** `metagrad job`: one run of a table, for `reproduce`, which talks to it over its message channel. Not in the help. */
import { command, interruption } from "./command.js";
import type { JobMessage } from "./reproduce-jobs.js";

export const job = command("job")
  .argument("<experiment>")
  .argument("<request>", "JSON: config, seed, dir, label")
  .action(async (name, request) => {
    const { loadExperiment } = await import("../experiments/index.js");
    const { runJob } = await import("../run/index.js");
    const tell = (message: JobMessage) => process.send?.(message);
    process.once("disconnect", () => process.kill(process.pid, "SIGINT")); // reproduce was killed
    let told = 0;
    try {
      const { label, ...work } = JSON.parse(request);
      await runJob(await loadExperiment(name), work, {
        label,
        signal: interruption(),
        progress: {
          update(progress) {
            if (performance.now() - told < 200 && progress.step < progress.steps) return;
            told = performance.now();
            tell({ progress });
          },
          note() {},
          end() {},
        },
      });
    } catch (error) {
      tell({ failed: (error as Error).message });
      process.exitCode = 1;
    } finally {
      process.removeAllListeners("disconnect");
      if (process.connected) process.disconnect?.();
    }
  });
