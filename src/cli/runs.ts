/** `metagrad runs`: list, compare and clean run folders. */
import { InvalidArgumentError } from "commander";
import { command, nonNegativeInteger } from "./command.js";

const OUT = ["--out <dir>", "where run folders are", "runs"] as const;
const JSON_LINES = ["--json", "print one JSON object a line"] as const;

const list = command("list")
  .summary("show all runs: how far they are, and what can be resumed")
  .description("Show all runs, those of tables too: their state, step, headline metric, age and size.")
  .option(...OUT)
  .option(...JSON_LINES)
  .action(async ({ out, json = false }) => {
    const { listRuns } = await import("../run/index.js");
    const summaries = listRuns(out);
    if (json) for (const it of summaries) console.log(JSON.stringify(it));
    else {
      const { listText } = await import("./runs-text.js");
      console.log(summaries.length === 0 ? `no runs in ${out}` : listText(out, summaries, new Date()));
    }
  });

const compare = command("compare")
  .summary("show how runs differ: config, metrics, bits of the models")
  .description(
    "Show the config fields in which runs differ, their last metrics side by side,\n" +
      "and whether their models have the same bits.",
  )
  .argument("<run>", "a folder, a name that `metagrad runs list` shows, or its ending")
  .argument("<more...>", "runs to compare with it")
  .option(...OUT)
  .option(...JSON_LINES)
  .action(async (first, more, { out, json = false }) => {
    const { compareRuns, findRun } = await import("../run/index.js");
    const comparison = compareRuns([first, ...more].map((name) => findRun(out, name)));
    if (json) console.log(JSON.stringify(comparison));
    else {
      const { comparisonText } = await import("./runs-text.js");
      console.log(comparisonText(comparison));
    }
  });

const clean = command("clean")
  .summary("delete finished and broken runs")
  .description(
    "Delete finished runs, and folders in which none began. Runs that are at work or\n" +
      "can be resumed stay, and so do those of tables, those that this version cannot\n" +
      "read, and folders with other files. Without --yes, only print what would be\n" +
      "deleted.",
  )
  .option(...OUT)
  .option("--keep <n>", "finished runs to keep of each experiment, the newest", nonNegativeInteger, 0)
  .option("--older-than <time>", "only what was not worked on for so long, e.g. 30d, 12h", duration, 0)
  .option("--yes", "delete")
  .option("--dry-run", "only print what would be deleted, with --yes, too")
  .addHelpText("after", "\nExample:\n  $ metagrad runs clean --keep 5 --older-than 30d")
  .action(async ({ out, keep, olderThan, yes = false, dryRun = false }) => {
    const { listRuns, planClean, removeRun } = await import("../run/index.js");
    const { showBytes } = await import("./runs-text.js");
    const { remove, spared } = planClean(listRuns(out), { keep, olderThan, now: new Date() });
    const isReal = yes && !dryRun;
    for (const { dir, reason } of spared)
      console.error(`kept ${reason.startsWith(dir) ? "" : `${dir}: `}${reason}`);
    for (const { dir, status, bytes } of remove) {
      if (isReal) removeRun(dir);
      console.log(`${isReal ? "deleted" : "would delete"} ${dir} (${status}, ${showBytes(bytes)})`);
    }
    const total = `${remove.length} ${remove.length === 1 ? "run" : "runs"}, ${showBytes(remove.reduce((sum, it) => sum + it.bytes, 0))}`;
    console.error(isReal ? `deleted ${total}` : `would delete ${total}${dryRun ? "" : "; --yes deletes"}`);
  });

export const runs = command("runs")
  .summary("list, compare and clean runs")
  .description("List, compare and clean run folders.")
  .addCommand(list)
  .addCommand(compare)
  .addCommand(clean);

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, min: 60, s: 1 };

/** Parses `30d`, `12h`, `90min`, `10s` to seconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d+)(d|h|min|s)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidArgumentError("Expected a number and d, h, min or s, as in 30d");
  }
  return Number(count) * SECONDS[unit]!;
}
