/** `metagrad export`: a model in a file that other programs read. */
import { InvalidArgumentError } from "commander";
import { ConfigError } from "../errors.js";
import { command, nonNegativeInteger } from "./command.js";
import type { ModelFormat } from "./export-model.js";
import { withProgress } from "./progress.js";

const formats: readonly ModelFormat[] = ["onnx", "safetensors", "npz"];

export const exportModel = command("export")
  .summary("write a model for other programs")
  .description(
    "Write the model of a run's newest checkpoint, or one that is published with a table:\n" +
      "its tensors as safetensors or npz, or as ONNX what it is for: adapting to a support\n" +
      "set by gradient steps, and predicting queries, in one graph for any runtime.",
  )
  .argument("<what>", "a run folder, a name that `metagrad list` shows, or a module: ./mine.ts")
  .requiredOption("--output <file>", "the file to write")
  .option("--format <format>", "onnx, safetensors or npz (default: as the file is named)", modelFormat)
  .option("--row <label>", "of the table (default: the first with a model)")
  .option(
    "--inner-steps <k>",
    "gradient steps of the ONNX graph (default: those of test tasks)",
    nonNegativeInteger,
  )
  .option("--results <dir>", 'where tables are kept (default: "results", or else those of this package)')
  .addHelpText("after", "\nExample:\n  $ metagrad export maml-2017/sinusoid --output sine.onnx")
  .action(async (what, options) => {
    const format = options.format ?? formatOf(options.output);
    const { writeModel } = await import("./export-model.js");
    const told = await withProgress((progress) => {
      progress.phase(`writing ${options.output}`);
      return writeModel(what, { ...options, format });
    });
    console.log(told);
  });

function modelFormat(text: string): ModelFormat {
  const format = formats.find((name) => name === text);
  if (format) return format;
  throw new InvalidArgumentError(`Expected ${formats.join(", ")}.`);
}

function formatOf(file: string): ModelFormat {
  const format = formats.find((name) => file.endsWith(`.${name}`));
  if (format) return format;
  throw new ConfigError(
    `export: --output must end in .${formats.join(", .")}, got ${file}. Or name a --format`,
  );
}
