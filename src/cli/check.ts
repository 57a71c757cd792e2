/** `metagrad check`: whether environments are the originals, from recordings of these. */
import { command } from "./command.js";
import { withProgress } from "./progress.js";

/** Recordings keep 8 digits: what differs by less is rounding. */
const TOLERANCE = 1e-7;

export const check = command("check").summary("compare environments with recordings of the originals");

check
  .command("metaworld")
  .summary("replay recorded episodes of Meta-World on its own scenes")
  .description(
    "Take the actions of recorded episodes again, on the original's scenes, and print\n" +
      "for each task the largest differences of observations and rewards, and the steps\n" +
      "whose success differs. Exit code 1 if any task differs by more than rounding.",
  )
  .requiredOption("--golden <dir>", "the folder of recordings, <task>-v3.json.gz each")
  .requiredOption(
    "--assets <dir>",
    "the original's assets: the folder with sawyer_xyz in it, or a tar, zip or wheel of it",
  )
  .option("--json", "print one JSON object a line")
  .addHelpText("after", "\nExample:\n  $ metagrad check metaworld --golden golden --assets metaworld/assets")
  .action(async ({ golden: goldenDir, assets: assetsPath, json }) => {
    const { readAssets, readGoldens } = await import("./metaworld-files.js");
    const { compareWithGolden, Metaworld } = await import("../envs/index.js");
    const goldens = readGoldens(goldenDir);
    const { alignColumns } = await import("./table-text.js");
    const rows: string[][] = [];
    let failed = 0;
    await withProgress(async (progress) => {
      progress.phase(`reading ${assetsPath}`);
      const metaworld = await Metaworld.load({ assets: readAssets(assetsPath) });
      for (const [at, read] of goldens.entries()) {
        const golden = read();
        progress.phase(`replaying ${golden.task}, ${at + 1} of ${goldens.length} recordings`);
        const { task, steps, observation, rewardV2, rewardV1, successes } = compareWithGolden(
          metaworld,
          golden,
        );
        if (json) progress.end();
        const worst = Math.max(observation, rewardV2, rewardV1);
        const verdict = worst <= TOLERANCE && successes === 0 ? "same" : "DIFFERS";
        if (verdict !== "same") failed++;
        if (json) {
          console.log(JSON.stringify({ task, steps, observation, rewardV2, rewardV1, successes, verdict }));
        }
        const numbers = [observation, rewardV2, rewardV1].map((x) => x.toExponential(1));
        rows.push([task, String(steps), ...numbers, String(successes), verdict]);
      }
    });
    if (!json) {
      const header = ["task", "steps", "observation", "reward 2", "reward 1 (rel.)", "success", "verdict"];
      console.log(alignColumns([header, ...rows]).join("\n"));
      console.log(`\n${rows.length - failed} of ${rows.length} tasks are the same to ${TOLERANCE}`);
    }
    if (failed > 0) process.exitCode = 1;
  });
