/** `metagrad evaluate`: judge published models again, or the newest checkpoint of a run. */
import { command, positiveInteger } from "./command.js";
import { loading, withProgress } from "./progress.js";

export const evaluate = command("evaluate")
  .summary("check a published table's models again, or judge a run")
  .description(
    "Evaluate the models that lie beside a reproduced table, and compare with the\n" +
      "numbers that it holds; or evaluate the newest checkpoint of a run folder.",
  )
  .argument("<what>", "a run folder, a name that `metagrad list` shows, or a module: ./mine.ts")
  .option("--results <dir>", 'where tables are kept (default: "results", or else those of this package)')
  .option(
    "--workers <n>",
    "threads that compute; all bits are the same (default: one a core)",
    positiveInteger,
  )
  .option("--json", "print one JSON object a line")
  .addHelpText("after", "\nExample:\n  $ metagrad evaluate maml-2017/sinusoid")
  .action(async (what, { results, workers, json = false }) => {
    const { isRunFolder } = await import("./run-or-table.js");
    const isRun = isRunFolder("evaluate", what); // before anything slow
    const { useWorkers } = await loading(() => import("../engine/index.js"));
    const { numCores } = await import("../platform/threads.js");
    await useWorkers(workers ?? numCores());
    if (isRun) {
      const { evaluateFolder } = await loading(() => import("./evaluate-run.js"));
      await evaluateFolder(what, json);
      return;
    }
    const { recheck } = await loading(() => import("./evaluate-table.js"));
    await withProgress((progress) => recheck(what, results, json, progress));
  });
