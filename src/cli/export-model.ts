import { ConfigError, suggestion } from "../errors.js";
import { encodeNpz, exportOnnx, namedTensors, saveTree } from "../formats/index.js";
import {
  type Config,
  type Experiment,
  modelOfRun,
  RunFolder,
  readModel,
  readTable,
  withLearner,
} from "../run/index.js";
import type { Tree } from "../tensor/index.js";
import { experimentOfRun, findExperiment } from "./experiment.js";
import { checkOutput, writeOutput } from "./output-file.js";
import { isRunFolder, publishedTable } from "./run-or-table.js";

export type ModelFormat = "onnx" | "safetensors" | "npz";

interface ExportOptions {
  readonly output: string;
  readonly format: ModelFormat;
  readonly row?: string;
  readonly innerSteps?: number;
  readonly results?: string;
}

interface Source {
  readonly experiment: Experiment;
  readonly config: Config;
  readonly model: Tree;
  /** Where the model comes from. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes a model to a file, and says what is in it. @throws ConfigError, FormatError */
export async function writeModel(what: string, options: ExportOptions): Promise<string> {
  const { output, format } = options;
  checkOutput(output);
  const source = await (isRunFolder("export", what) ? ofRun(what) : ofTable(what, options));
  const bytes = await encode(source, options);
  writeOutput(output, bytes);
  const from = Object.entries(source.metadata).map(([name, value]) => `${name} ${value}`);
  return `${output}: ${format}, ${bytes.length} bytes, ${from.join(", ")}`;
}

async function encode(
  { experiment, config, model, metadata }: Source,
  { format, innerSteps }: ExportOptions,
): Promise<Uint8Array> {
  if (format !== "onnx" && innerSteps !== undefined) {
    throw new ConfigError(`export: --inner-steps is of onnx, got it for ${format}`);
  }
  if (format === "safetensors") return saveTree(model, metadata);
  if (format === "npz") {
    const arrays = namedTensors(model).map(([name, leaf]) => {
      return [name, { dtype: leaf.dtype, shape: leaf.shape, data: leaf.data() }] as const;
    });
    return encodeNpz(new Map(arrays));
  }
  return withLearner(experiment, config, (learner) => {
    const predictor = learner.predictor?.(innerSteps);
    if (!predictor) {
      throw new ConfigError(
        `export: ${experiment.name} has no single function to write as onnx. Use safetensors or npz`,
      );
    }
    const { example, dynamicBatch } = predictor;
    return exportOnnx((params, input) => predictor.predict(params, input), model, example, { dynamicBatch });
  });
}

async function ofRun(dir: string): Promise<Source> {
  const { record } = RunFolder.open(dir);
  const { experiment: name, seed } = record;
  const experiment = await experimentOfRun(record);
  const { config, model, step } = await modelOfRun(experiment, dir);
  return {
    experiment,
    config,
    model,
    metadata: { experiment: name, seed: String(seed), step: String(step) },
  };
}

async function ofTable(asked: string, { row: label, results }: ExportOptions): Promise<Source> {
  const experiment = await findExperiment(asked);
  const { name } = experiment;
  const file = publishedTable("export", experiment, asked, results);
  const rows = readTable(file).rows.filter(
    ({ checkpoint, config }) => checkpoint !== null && config !== null,
  );
  const row = label === undefined ? rows[0] : rows.find((it) => it.label === label);
  if (!row) {
    const labels = rows.map((it) => it.label);
    const hint = label === undefined ? "" : suggestion(label, labels);
    throw new ConfigError(
      `export: expected a row of ${file} with a model (${labels.join("; ") || "it has none"}), got ${label ?? "none"}.${hint}`,
    );
  }
  const model = await readModel(experiment, row, file);
  return { experiment, config: row.config!, model, metadata: { experiment: name, row: row.label } };
}
