/** First steps that cannot be taken: what a config asks for turns out to be impossible. */
import { ConfigError, FormatError, MetaError, NonFiniteError } from "../errors.js";
import { changedFields } from "./config.js";
import type { Config, Experiment } from "./experiment.js";

/**
 * Returns the error that says that a config is not possible, where that is why its first step failed: a task
 * distribution refused it, or it needs more memory than there is. Undefined where something else went wrong.
 */
export function refusal(experiment: Experiment, config: Config, error: unknown): ConfigError | undefined {
  if (error instanceof ConfigError) return error;
  const isOurs =
    error instanceof MetaError && !(error instanceof NonFiniteError || error instanceof FormatError);
  const isOfSystem = (error as Error).cause !== undefined; // a full disk, say
  if (!(error instanceof RangeError || isOurs) || isOfSystem) return undefined;
  const fields = changedFields(experiment, config).map(
    ({ path, value }) => `${path}=${JSON.stringify(value)}`,
  );
  const why = fields.length === 0 ? "" : `. Not at their defaults: ${fields.join(", ")}`;
  return new ConfigError(
    `config ${experiment.name}: expected a first step that is possible, got "${(error as Error).message}"${why}`,
    { cause: error },
  );
}
