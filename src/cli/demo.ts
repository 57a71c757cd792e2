/** `metagrad demo`: meta-learning at work, in two minutes. */
import { command, interrupted, interruption } from "./command.js";

export const demo = command("demo")
  .summary("see meta-learning at work, in two minutes")
  .description(
    "Meta-train two networks by second-order MAML, on sine waves and on hand-drawn\n" +
      "characters, and show how they learn new ones from a few examples.",
  )
  .option("--out <dir>", "where pictures go", "runs/demo")
  .option("--quick", "a tenth of the training, to see that all works")
  .action(async ({ out, quick = false }) => {
    const { runDemo } = await import("./demo/index.js");
    const signal = interruption();
    if (!(await runDemo({ out, quick, signal }))) interrupted(signal, "stopped");
  });
