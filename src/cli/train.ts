/** `metagrad train`: run one experiment with one seed. */
import type { RunOptions } from "../run/index.js";
import {
  command,
  interrupted,
  interruption,
  nonNegativeInteger,
  nonNegativeSeconds,
  positiveInteger,
} from "./command.js";
import { loading, withProgress } from "./progress.js";

export const train = command("train")
  .summary("run one experiment with one seed")
  .description(
    "Run one experiment with one seed, and write its config, metrics and checkpoints\n" +
      "to a new folder. Ctrl-C saves a checkpoint and stops; --resume goes on from it.",
  )
  .argument(
    "<experiment>",
    "a name that `metagrad list` shows, e.g. maml-2017/sinusoid, or a module: ./mine.ts",
  )
  .option("-s, --set <path=value...>", "change a config field, e.g. --set inner.lr=0.01")
  .option("--seed <n>", "seed of every random stream (default: 0)", nonNegativeInteger)
  .option("--out <dir>", "where run folders go", "runs")
  .option("--resume [run]", "go on with the newest run of this experiment, or with a folder")
  .option("--checkpoint-every <s>", "seconds between checkpoints", nonNegativeSeconds, 30)
  .option(
    "--workers <n>",
    "threads that compute; all bits are the same (default: one a core)",
    positiveInteger,
  )
  .addHelpText("after", "\nExample:\n  $ metagrad train maml-2017/sinusoid --set inner.steps=5 --seed 3")
  .action(async (asked, { set = [], seed, out, resume, checkpointEvery, workers: threads }) => {
    const { ConfigError } = await import("../errors.js"); // imports that are slow come last, for --help
    const run = await loading(() => import("../run/index.js"));
    const { findExperiment } = await import("./experiment.js");
    const { useWorkers } = await import("../engine/index.js");
    const { numCores } = await import("../platform/threads.js");
    const experiment = await findExperiment(asked);
    const { name } = experiment;
    const signal = interruption();
    const workers = await useWorkers(threads ?? numCores());

    const start = (options: RunOptions) => {
      const config = run.configure(experiment, ...run.parseSets(set));
      return run.startRun(experiment, config, seed ?? 0, run.makeRunPath(out, name, new Date()), options);
    };
    const goOn = (options: RunOptions) => {
      if (set.length > 0) throw new ConfigError("train: --set cannot change a run that is resumed");
      const dir = resume === true ? run.findNewestRun(out, name, seed) : (resume as string);
      if (dir === undefined) throw new ConfigError(`train: no run of ${name} to resume in ${out}`);
      return run.resumeRun(experiment, dir, options);
    };
    const { dir, status, step } = await withProgress((progress) => {
      progress.phase(`${name}  starting`);
      const options = { progress, signal, checkpointSeconds: checkpointEvery, workers };
      return resume ? goOn(options) : start(options);
    });
    console.log(dir); // the only line on stdout, so that scripts can use it
    if (status === "interrupted")
      interrupted(signal, `stopped after step ${step}, --resume goes on from there`);
  });
