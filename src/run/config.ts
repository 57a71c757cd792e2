/**
 * Configs from defaults, budgets and the command line. All problems are reported at once, each with its
 * path and where it came from.
 *
 * @module
 */
import { z } from "zod";
import { ConfigError, suggestion } from "../errors.js";
import type { Config, Experiment, Overrides } from "./experiment.js";
import { describeIssue } from "./json.js";
import { oversizedFields } from "./memory.js";

/** Fields by path, and how to call their source in a message, as in `--set inner.lr=-1`. */
export interface Source {
  readonly set: Overrides;
  readonly from: string;
}

/**
 * Returns the complete config: defaults, then each source over those before it.
 *
 * @throws ConfigError that lists every unknown field and every wrong value
 */
export function configure(
  experiment: Pick<Experiment, "name" | "schema" | "memory">,
  ...sources: Source[]
): Config {
  const { name, schema } = experiment;
  const fields = fieldPaths(schema);
  const problems: string[] = [];
  const origin = new Map<string, string>();
  const given: Record<string, unknown> = {};
  for (const { set, from } of sources) {
    for (const [path, value] of Object.entries(set)) {
      if (fields.includes(path)) {
        assign(given, path.split("."), value);
        origin.set(path, from);
      } else problems.push(`${unknownField(path, fields)} (${from})`);
    }
  }
  const result = schema.safeParse(given);
  if (!result.success) {
    for (const issue of result.error.issues) {
      const { path, problem } = describeIssue(issue, given);
      const from = origin.get(path);
      problems.push(`${path} ${problem}${from ? ` (${from})` : ""}`);
    }
  }
  if (result.success && problems.length === 0) {
    for (const { path, problem } of oversized(experiment, result.data as Config)) {
      const from = origin.get(path);
      problems.push(`${path} ${problem}${from ? ` (${from})` : ""}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.map((it) => `config ${name}: ${it}`).join("\n"));
  return result.data as Config;
}

/** The fields that ask for too much memory, and what to say of each. */
function oversized(experiment: Pick<Experiment, "schema" | "memory">, config: Config) {
  return oversizedFields(experiment, changedFields(experiment, config), (values) => {
    const nested = {};
    for (const [path, value] of values) assign(nested, path.split("."), value);
    return experiment.schema.parse(nested) as Config;
  });
}

/** A field that differs from its default. */
export interface ChangedField {
  readonly path: string;
  readonly value: unknown;
  readonly standard: unknown;
}

/** Returns the fields of a config that differ from their defaults. */
export function changedFields({ schema }: Pick<Experiment, "schema">, config: Config): ChangedField[] {
  const standards = flatFields(schema.safeParse({}).data);
  return Object.entries(flatFields(config))
    .map(([path, value]) => ({ path, value, standard: standards[path] }))
    .filter(({ value, standard }) => JSON.stringify(value) !== JSON.stringify(standard));
}

/** Reads `--set path=value` options. A value is JSON, or else text. @throws ConfigError that shows the example */
export function parseSets(texts: readonly string[], example = "inner.lr=0.01"): Source[] {
  const problems: string[] = [];
  const sources = texts.map((text): Source => {
    const equals = text.indexOf("=");
    if (equals < 1) problems.push(`--set ${text}: expected <path>=<value>, as in ${example}`);
    return { set: { [text.slice(0, equals)]: parseValue(text.slice(equals + 1)) }, from: `--set ${text}` };
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return sources;
}

/** Checks a config that was read from a file. @throws ConfigError */
export function checkConfig(experiment: Experiment, config: unknown, file: string): Config {
  return configure(experiment, { set: flatFields(config), from: file });
}

/** Paths of all fields of a schema, without the groups that they are in. */
export function fieldPaths(schema: z.ZodObject, prefix = ""): string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = unwrap(field as z.ZodType);
    return inner instanceof z.ZodObject ? fieldPaths(inner, `${prefix}${name}.`) : [prefix + name];
  });
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function unknownField(path: string, fields: readonly string[]): string {
  const inside = fields.filter((field) => field.startsWith(`${path}.`));
  if (inside.length > 0) return `${path} is a group, not a field. Its fields are ${inside.join(", ")}`;
  const lastName = path.slice(path.lastIndexOf(".") + 1);
  const moved = fields.find((field) => field.endsWith(`.${lastName}`)); // `lr` for `inner.lr`
  const hint = suggestion(path, fields) || (moved ? ` Did you mean ${moved}?` : "");
  return `${path} is not a field.${hint || ` The fields are ${fields.join(", ")}`}`;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function assign(
  into: Record<string, unknown>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) into[first] = value;
  else {
    into[first] ??= {};
    assign(into[first] as Record<string, unknown>, rest, value);
  }
}

/** Fields by their path: `{ inner: { lr: 1 } }` → `{ "inner.lr": 1 }`. */
export function flatFields(config: unknown, prefix = ""): Overrides {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    return prefix === "" ? {} : { [prefix.slice(0, -1)]: config };
  }
  return Object.assign(
    {},
    ...Object.entries(config).map(([name, value]) => flatFields(value, `${prefix}${name}.`)),
  );
}
