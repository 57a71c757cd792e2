/** `metagrad help`: what a command does, in place of commander's, which takes any word for a command. */
import { Command } from "commander";
import { ConfigError, suggestion } from "../errors.js";

/** The help command of a group of commands. */
export function help(group: Command): Command {
  return new Command("help")
    .description("display help for a command")
    .argument("[command...]", "its name, and that of a part of it")
    .exitOverride()
    .action((names: string[]) => {
      let shown = group;
      for (const name of names) {
        const part = shown.commands.find((it) => it.name() === name);
        if (!part) throw new ConfigError(unknown(shown, name));
        shown = part;
      }
      shown.outputHelp();
    });
}

function unknown({ commands }: Command, name: string): string {
  const names = commands.map((it) => it.name()).filter((it) => it !== "job");
  const near = suggestion(name, names) || ` Expected ${names.join(", ") || "no further word"}`;
  return `help ${name}: not a command.${near}`;
}
