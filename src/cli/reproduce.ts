/** `metagrad reproduce`: make a paper's table, and compare it with the published one. */
import { availableParallelism } from "node:os";
import { command, interrupted, interruption, positiveInteger } from "./command.js";
import { loading, withProgress } from "./progress.js";

export const reproduce = command("reproduce")
  .summary("make a paper's table and compare it with the published one")
  .description(
    "Train every row and seed of a table, evaluate by the paper's protocol, and\n" +
      "print the paper's numbers, ours with 95% intervals, and verdicts. Ctrl-C saves\n" +
      "checkpoints and stops; --resume goes on from them.",
  )
  .argument(
    "<experiment>",
    "a name that `metagrad list` shows, e.g. maml-2017/sinusoid, or a module: ./mine.ts",
  )
  .option("--budget <name>", "smoke (a minute), laptop (an hour), night, or paper", "laptop")
  .option("--seeds <n>", "seeds of each row (default: the budget's)", positiveInteger)
  .option("-s, --set <path=value...>", "change a config field in all rows")
  .option("--jobs <n>", "runs at the same time", positiveInteger, availableParallelism())
  .option("--out <dir>", "where run folders go", "runs")
  .option(
    "--results <dir>",
    'where the table is kept (default: "results"; nowhere with smoke, --seeds or --set)',
  )
  .option("--resume", "go on with the newest reproduction of this experiment")
  .option("--dry-run", "print the time that it will take here")
  .option("--json", "print one JSON object a line")
  .addHelpText("after", "\nExample:\n  $ metagrad reproduce maml-2017/sinusoid --budget smoke")
  .action(async (asked, options) => {
    const { ConfigError, suggestion } = await import("../errors.js");
    const run = await loading(() => import("../run/index.js"));
    const { findExperiment } = await import("./experiment.js");
    const experiment = await loading(() => findExperiment(asked));
    const { name } = experiment;
    const { set: sets = [], seeds, out, jobs: workers, resume, json = false } = options;
    const budget = run.budgetNames.find((known) => known === options.budget);
    if (budget === undefined) {
      const hint = suggestion(options.budget, run.budgetNames) || ` Expected ${run.budgetNames.join(", ")}`;
      throw new ConfigError(`reproduce: --budget ${options.budget} is not known.${hint}`);
    }

    const begin = () => {
      const dir = run.newRunPath(out, `${name}-table`, new Date());
      return run.newReproduction(experiment, dir, { budget, sets, ...(seeds !== undefined && { seeds }) });
    };
    const goOn = () => {
      const dir = run.findNewestReproduction(out, name);
      if (dir === undefined) throw new ConfigError(`reproduce: no table of ${name} to resume in ${out}`);
      return run.openReproduction(experiment, dir);
    };
    const reproduction = resume ? goOn() : begin();
    if (options.dryRun) {
      const { printEstimate } = await import("./reproduce-estimate.js");
      await withProgress((progress) => printEstimate(experiment, reproduction, workers, json, progress));
      return;
    }

    const { runAll } = await import("./reproduce-jobs.js");
    run.beginReproduction(reproduction);
    const signal = interruption();
    const done = await withProgress((progress) =>
      runAll(experiment, reproduction.jobs, { workers, signal, progress }),
    );
    if (!done) {
      interrupted(signal, `stopped, --resume goes on from ${reproduction.dir}`);
      return;
    }
    const table = run.makeTable(experiment, reproduction);
    const { request } = reproduction;
    const isWhole = request.budget !== "smoke" && request.sets.length === 0 && seeds === undefined;
    const results = options.results ?? (isWhole ? "results" : reproduction.dir);
    const file = await run.publish(experiment, reproduction, table, results);
    if (json) console.log(JSON.stringify(table));
    else {
      const { tableText } = await import("./table-text.js");
      console.log(tableText(table));
      console.error(`kept in ${file}`);
    }
  });
