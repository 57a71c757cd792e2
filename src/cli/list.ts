/** `metagrad list`: what can be run. */
import { Argument } from "commander";
import { command } from "./command.js";

export const list = command("list")
  .summary("show all experiments, or all environments")
  .description("Show all experiments (the tables and figures that can be reproduced), or all\nenvironments.")
  .addArgument(new Argument("[what]", "what to show").choices(["experiments", "envs"]).default("experiments"))
  .option("--json", "print one JSON object a line")
  .addHelpText("after", "\nExample:\n  $ metagrad list envs")
  .action(async (what, { json }) => {
    const entries = what === "envs" ? await environmentEntries() : await experimentEntries();
    const width = Math.max(...entries.map(([name]) => name.length));
    for (const [name, { summary }] of entries) {
      console.log(json ? JSON.stringify({ name, summary }) : `${name.padEnd(width)}  ${summary}`);
    }
  });

async function experimentEntries() {
  const { experiments } = await import("../experiments/index.js");
  return Object.entries(experiments);
}

async function environmentEntries() {
  const { environments } = await import("../envs/index.js");
  return [...environments];
}
