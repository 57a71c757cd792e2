/** `metagrad list`: what can be run. */
import { command } from "./command.js";

export const list = command("list")
  .summary("show all experiments")
  .description("Show all experiments: the tables and figures that can be reproduced.")
  .option("--json", "print one JSON object a line")
  .action(async ({ json }) => {
    const { experiments } = await import("../experiments/index.js");
    const width = Math.max(...Object.keys(experiments).map((name) => name.length));
    for (const [name, { summary }] of Object.entries(experiments)) {
      console.log(json ? JSON.stringify({ name, summary }) : `${name.padEnd(width)}  ${summary}`);
    }
  });
