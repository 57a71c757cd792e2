/** `metagrad run`: run a program of the user's own. */
import { pathToFileURL } from "node:url";
import { command } from "./command.js";

export const run = command("run")
  .summary("run a program of your own, in TypeScript or JavaScript")
  .description(
    "Run a program of your own, in TypeScript or JavaScript. Types are erased, not checked.\n" +
      "The same without this command: node --import metagrad/register program.ts",
  )
  .argument("<program>", "a module: .ts, .mts, .js, .mjs or .cjs")
  .argument("[arguments...]", "what the program finds in process.argv")
  .passThroughOptions()
  .addHelpText("after", "\nExample:\n  $ metagrad run train-mine.ts --steps 1000")
  .action(async (program, args) => {
    const { moduleFile } = await import("./user-module.js"); // imports that are slow come last, for --help
    const { registerTypeScript } = await import("../platform/typescript.js");
    const file = moduleFile(program);
    registerTypeScript();
    process.argv = [process.argv[0]!, file, ...args];
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      // an error of the program's own is reported as Node reports it, with the lines that it came through
      setImmediate(() => {
        throw error;
      });
    }
  });
