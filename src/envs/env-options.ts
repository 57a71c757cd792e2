/**
 * Options of an environment that is made by its name: which there are, and what each may be.
 *
 * @module
 */
import { ConfigError, suggestion } from "../errors.js";

/** What an option may be: a list of all it may be, or a kind. Files are a map from their paths to their bytes. */
export type EnvOption = readonly (string | number | boolean)[] | "positive integer" | "probability" | "files";

export const SWITCH: EnvOption = [true, false];

/**
 * Checks the options for an environment before anything is made.
 *
 * @param who the environment's name, for the message
 * @throws ConfigError that lists every unknown option and every wrong value
 */
export function checkEnvOptions(
  who: string,
  known: Readonly<Record<string, EnvOption>>,
  options: object,
): void {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const problems = given.flatMap(([name, value]) => {
    const option = Object.hasOwn(known, name) ? known[name]! : undefined;
    if (option === undefined) return [unknownOption(name, Object.keys(known))];
    return accepts(option, value) ? [] : [`${name} must be ${describe(option)}, got ${show(value)}`];
  });
  if (problems.length > 0) throw new ConfigError(problems.map((problem) => `${who}: ${problem}`).join("\n"));
}

function unknownOption(name: string, known: readonly string[]): string {
  const all = known.length > 0 ? ` The options are ${known.join(", ")}` : " There are none";
  return `${name} is not an option.${suggestion(name, known) || all}`;
}

function accepts(option: EnvOption, value: unknown): boolean {
  if (option === "positive integer") return Number.isInteger(value) && (value as number) >= 1;
  if (option === "probability") return typeof value === "number" && value >= 0 && value <= 1;
  if (option === "files") return value instanceof Map;
  return option.some((choice) => choice === value);
}

function describe(option: EnvOption): string {
  if (option === "positive integer") return "an integer >= 1";
  if (option === "probability") return "in [0, 1]";
  return option === "files" ? "a map of files" : option.join(" or ");
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
