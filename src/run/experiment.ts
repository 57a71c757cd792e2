/**
 * What an experiment is: one table or figure of a paper, the learner that makes it, and the published
 * numbers that it should reach.
 *
 * @module
 */
import type { z } from "zod";
import { ConfigError, suggestion } from "../errors.js";
import type { LineChart } from "../render/index.js";
import type { Estimate } from "../stats/index.js";
import type { Tree } from "../tensor/index.js";
import type { Learner } from "./learner.js";

/** Config fields by their path, as in `{ "inner.lr": 0.01 }`. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Checked by the experiment's schema. */
export type Config = Readonly<Record<string, unknown>>;

export interface Paper {
  readonly title: string;
  /** As cited in a sentence. */
  readonly cite: string;
  readonly url: string;
  /** Section and table or figure. */
  readonly where: string;
}

/** A published number, with the half-width of its interval where there is one. */
export type Published = number | readonly [value: number, halfWidth: number];

/**
 * Which of a run's measurements count: the evaluation at the end; the best of those on the way; or the mean of the last
 * `last` of them.
 */
export type Moment = "end" | "best" | { readonly last: number };

export interface Column {
  readonly label: string;
  /** A metric of the evaluation; its mean over tasks is the cell. A moment on the way may name a metric of steps, too. */
  readonly metric: string;
  /** Default: "end". */
  readonly at?: Moment;
  /** How far ours may be from the paper's to agree, and how wide our interval may be. */
  readonly margin: number;
}

export interface Row {
  readonly label: string;
  /** How the config differs from the default; null: the row is listed, and not run. */
  readonly set: Overrides | null;
  /** One number a column, null where none is published. Default: none are. */
  readonly paper?: readonly (Published | null)[];
  /** What a reader must know of the row. */
  readonly note?: string;
}

export const budgetNames = ["smoke", "laptop", "night", "paper"] as const;
export type BudgetName = (typeof budgetNames)[number];

export interface Budget {
  /** How the config differs from the default; a row's own fields come after. */
  readonly set: Overrides;
  /**
   * What differs in some rows besides, by their label, over the row's own fields; null: there is no time for the row,
   * which is listed, and not run.
   */
  readonly rows?: Readonly<Record<string, Overrides | null>>;
  /** Seeds 0, 1, … of every row. */
  readonly seeds: number;
}

/** A row as it came out, for figures and summaries. */
export interface RowOutcome {
  readonly label: string;
  /** Mean of each metric of the evaluation, with its interval over seeds. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** Each metric of the evaluation, seed by seed. */
  readonly perSeed: Readonly<Record<string, readonly number[]>>;
  /** The experiment's curves, by their metric. */
  readonly curves: Readonly<Record<string, Curve>>;
}

/** How a metric went while runs were trained: mean over seeds, and its 95% interval where there are several. */
export interface Curve {
  /** In the experiment's unit, ascending. */
  readonly steps: readonly number[];
  readonly mean: readonly number[];
  /** Null for one seed. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** A second table, made of the rows of the first: medians over games, say. */
export interface Summary {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly SummaryRow[];
}

export interface SummaryRow {
  readonly label: string;
  readonly cells: readonly {
    readonly paper: Published | null;
    readonly ours: number | null;
    /** 95%; null where there is none. */
    readonly interval: readonly [number, number] | null;
  }[];
  readonly note?: string;
}

/** What steps are counted in, where it is not outer steps: frames, say. */
export interface StepUnit {
  readonly name: string;
  /** How many of them a step takes. */
  perStep(config: Config): number;
}

/** By name of the data set; in whatever form, as long as other data have another. */
export type DataChecksums = Readonly<Record<string, string>>;

/** The file of a user's own experiment. */
export interface ExperimentModule {
  /** Full path. */
  readonly path: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

export interface Experiment {
  /** `<paper>/<table or figure>`, or whatever a user calls an experiment of their own. */
  readonly name: string;
  /** Null for an experiment that reproduces no paper. */
  readonly paper: Paper | null;
  /** What the table shows, with the unit and which direction is good. */
  readonly caption: string;
  readonly better: "lower" | "higher";
  /** A strict object; every field has a default and a description. */
  readonly schema: z.ZodObject;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly budgets: Readonly<Record<BudgetName, Budget>>;
  /** The step metric that the progress line shows. */
  readonly headline: string;
  /** Checksums, by name, of the data sets that a run of this config reads. Default: it reads none. */
  data?(config: Config): DataChecksums | Promise<DataChecksums>;
  /** How many steps a run of this config takes. */
  steps(config: Config): number;
  /** Default: steps are steps. */
  readonly unit?: StepUnit;
  /** The model is also judged on the way, each time that so many steps were taken; 0: it is not. Default: 0. */
  evaluateEvery?(config: Config): number;
  learner(config: Config): Learner | Promise<Learner>;
  /**
   * Estimates the bytes that a run of this config needs, from its sizes alone, at once. A config that needs more than
   * there is is refused by the field that makes it so large. Default: nothing is known before the first step.
   */
  memory?(config: Config): number;
  /** Metrics of steps, or of evaluations on the way, whose curves are published with the table. */
  readonly curves?: readonly string[];
  /** Draws figures from all rows that were run, by what their files are called: `<table>.<name>.svg`. */
  figures?(rows: readonly RowOutcome[]): Readonly<Record<string, LineChart>>;
  /** Draws conclusions from all rows that were run. */
  summary?(rows: readonly RowOutcome[]): Summary;
  /** Where the experiment was loaded from; undefined for those that are built in. */
  readonly module?: ExperimentModule;
}

/** `Experiment` with the config that its schema describes. */
export interface ExperimentDefinition<Schema extends z.ZodObject, State extends Tree, Model extends Tree>
  extends Omit<
    Experiment,
    | "paper"
    | "schema"
    | "rows"
    | "budgets"
    | "data"
    | "steps"
    | "unit"
    | "evaluateEvery"
    | "learner"
    | "memory"
    | "module"
  > {
  /** Default: none. */
  readonly paper?: Paper;
  readonly schema: Schema;
  /** Default: one row, `default`, which changes nothing. */
  readonly rows?: readonly Row[];
  /** Default: the config as it is, with 1 seed for smoke, 3 for laptop and 5 for night and paper. */
  readonly budgets?: Readonly<Record<BudgetName, Budget>>;
  data?(config: z.output<Schema>): DataChecksums | Promise<DataChecksums>;
  steps(config: z.output<Schema>): number;
  readonly unit?: { readonly name: string; perStep(config: z.output<Schema>): number };
  evaluateEvery?(config: z.output<Schema>): number;
  learner(config: z.output<Schema>): Learner<State, Model> | Promise<Learner<State, Model>>;
  memory?(config: z.output<Schema>): number;
}

/** Letters and digits, with `.`, `_` and `-` between them, in parts that `/` separates: it becomes a folder's name. */
const NAME = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i;

/**
 * Defines an experiment: `metagrad train`, `reproduce`, `evaluate`, `export` and `runs` take it by the path of its
 * module, whose default export it is. docs/experiments.md shows one from beginning to end.
 *
 * @throws ConfigError for what the types cannot say: a name that cannot be a folder's, two rows that share one, a budget
 * of an unknown row, a row whose published numbers do not match the columns
 */
export function defineExperiment<Schema extends z.ZodObject, State extends Tree, Model extends Tree>(
  definition: ExperimentDefinition<Schema, State, Model>,
): Experiment {
  const { name, paper = null, columns, rows = ONE_ROW, budgets = SAME_CONFIG } = definition;
  if (!NAME.test(name)) {
    throw new ConfigError(
      `experiment: name must be of letters, digits, ".", "_", "-" and "/", as in mine/waves, got ${JSON.stringify(name)}`,
    );
  }
  const labels = new Set(rows.map(({ label }) => label));
  if (labels.size < rows.length) throw new ConfigError(`experiment ${name}: two rows have the same label`);
  const paths = rows.map(({ label }) => slug(label));
  const second = paths.findIndex((path, i) => paths.indexOf(path) < i);
  if (second >= 0) {
    const first = rows[paths.indexOf(paths[second]!)]!;
    throw new ConfigError(
      `experiment ${name}: rows "${first.label}" and "${rows[second]!.label}" would share the folder ${paths[second]}`,
    );
  }
  for (const label of Object.values(budgets).flatMap((budget) => Object.keys(budget.rows ?? {}))) {
    if (!labels.has(label)) {
      throw new ConfigError(
        `experiment ${name}: a budget names the row "${label}".${suggestion(label, labels)}`,
      );
    }
  }
  for (const { label, paper } of rows) {
    if (paper !== undefined && paper.length !== columns.length) {
      throw new ConfigError(
        `experiment ${name}: row "${label}" must have ${columns.length} published numbers, got ${paper.length}`,
      );
    }
  }
  // the schema stands between a config and the methods that take it
  return { ...definition, paper, rows, budgets } as unknown as Experiment;
}

const ONE_ROW: readonly Row[] = [{ label: "default", set: {} }];

const SAME_CONFIG: Readonly<Record<BudgetName, Budget>> = {
  smoke: { set: {}, seeds: 1 },
  laptop: { set: {}, seeds: 3 },
  night: { set: {}, seeds: 5 },
  paper: { set: {}, seeds: 5 },
};

/** A row's name in paths: `pretrained on all tasks` → `pretrained-on-all-tasks`, `MAML++` → `maml-plus-plus`. */
export function slug(label: string): string {
  return label
    .toLowerCase()
    .replaceAll("+", "-plus")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
