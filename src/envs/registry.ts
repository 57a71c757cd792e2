/**
 * All environments by name, for those who choose one at run time: the command line, sweeps, pages.
 *
 * @module
 */
import { ConfigError, suggestion } from "../errors.js";
import type { CatchOptions } from "./catch.js";
import type { Env, EnvState } from "./env.js";
import { checkEnvOptions, type EnvOption, SWITCH } from "./env-options.js";
import type { EnvSource } from "./env-source.js";
import type { Metaworld, MetaworldOptions } from "./metaworld/metaworld.js";
import type { SawyerEnv, SawyerOptions } from "./metaworld/sawyer-env.js";
import { sawyerTasks } from "./metaworld/tasks/index.js";
import { type MinAtarName, type MinAtarOptions, minAtarGames } from "./minatar/minatar.js";
import {
  type Locomotion,
  type LocomotionName,
  type LocomotionOptions,
  locomotionEnvs,
} from "./mujoco/locomotion.js";
import type { TwoColoursOptions } from "./two-colours.js";

/** The options of all environments; `EnvEntry.options` says which of them one has. */
export interface EnvOptions
  extends MetaworldOptions,
    SawyerOptions,
    LocomotionOptions,
    MinAtarOptions,
    CatchOptions,
    TwoColoursOptions {}

export interface EnvEntry {
  readonly name: string;
  /** What is to be done in it, in a sentence. */
  readonly summary: string;
  /** What it can be given, and what that may be. */
  readonly options: Readonly<Partial<Record<keyof EnvOptions, EnvOption>>>;
  /** @throws ConfigError that lists all options that it does not have, or that may not be so */
  check(options: EnvOptions): void;
  /**
   * Makes one, physics engine included. Those of one name share what they can: scenes, starts of episodes.
   *
   * @throws ConfigError as `check` does
   */
  make(options?: EnvOptions): Promise<Env<EnvState>>;
}

/** Environments that are their rules, and need no engine. */
const plain = {
  "cart-pole": async () => new (await import("./classic-control/index.js")).CartPole(),
  "mountain-car": async () => new (await import("./classic-control/index.js")).MountainCar(),
  acrobot: async () => new (await import("./classic-control/index.js")).Acrobot(),
  pendulum: async () => new (await import("./classic-control/index.js")).Pendulum(),
  catch: async (given: EnvOptions) => new (await import("./catch.js")).Catch(given),
  "discounting-chain": async () => new (await import("./discounting-chain.js")).DiscountingChain(),
  "two-colours": async (given: EnvOptions) => new (await import("./two-colours.js")).TwoColours(given),
};

/** Meta-World on our own scenes, and on the original's; by the assets. */
const loaded = new Map<MetaworldOptions["assets"], Promise<Metaworld>>();
let locomotion: Promise<Locomotion> | undefined;

async function makeMetaworld(name: string, { assets, ...options }: EnvOptions): Promise<SawyerEnv> {
  const { Metaworld } = await import("./metaworld/metaworld.js");
  const known = loaded.get(assets) ?? Metaworld.load({ ...(assets && { assets }) });
  loaded.set(assets, known);
  return (await known).env(name, { goalVisible: true, ...options });
}

async function makeLocomotion(name: LocomotionName, options: EnvOptions) {
  const { Locomotion } = await import("./mujoco/locomotion.js");
  locomotion ??= Locomotion.load();
  return (await locomotion).env(name, options);
}

async function makePoint2d() {
  const { Point2d } = await import("./point2d.js");
  return new Point2d();
}

async function makeMinAtar(name: MinAtarName, options: EnvOptions) {
  const { MinAtar } = await import("./minatar/minatar.js");
  return new MinAtar(name, options);
}

const MINATAR_OPTIONS: EnvEntry["options"] = {
  stickyActions: "probability",
  difficultyRamp: SWITCH,
  actions: ["all", "minimal"],
  horizon: "positive integer",
};

const SAWYER_OPTIONS: EnvEntry["options"] = {
  reward: [1, 2],
  goalVisible: SWITCH,
  horizon: "positive integer",
  endAtSuccess: SWITCH,
  assets: "files",
};

const entries: EnvEntry[] = [
  entry("point2d", "Walk to a goal in the plane that cannot be seen.", {}, makePoint2d),
  entry("cart-pole", "Push a cart so that the pole on it does not fall.", {}, plain["cart-pole"]),
  entry(
    "mountain-car",
    "Swing a car that is too weak for the hill up to the flag.",
    {},
    plain["mountain-car"],
  ),
  entry("acrobot", "Swing two linked rods above a line.", {}, plain.acrobot),
  entry("pendulum", "Swing a rod up and hold it there.", {}, plain.pendulum),
  entry(
    "catch",
    "Move a paddle under a falling ball.",
    { rows: "positive integer", columns: "positive integer" },
    plain.catch,
  ),
  entry(
    "discounting-chain",
    "Choose among rewards that come sooner or later.",
    {},
    plain["discounting-chain"],
  ),
  entry(
    "two-colours",
    "Step on the colour that pays, until the other does.",
    { swapSteps: "positive integer" },
    plain["two-colours"],
  ),
  ...minAtarGames.map(({ name, summary }) =>
    entry(`minatar/${name}`, summary, MINATAR_OPTIONS, (given) => makeMinAtar(name, given)),
  ),
  ...locomotionEnvs.map(({ name, summary, papers }) => {
    const options = { paper: papers, horizon: "positive integer", contactForces: SWITCH } as const;
    return entry(name, summary, options, (given) => makeLocomotion(name, given));
  }),
  ...sawyerTasks.map(({ name, summary }) =>
    entry(`metaworld/${name}`, summary, SAWYER_OPTIONS, (given) => makeMetaworld(name, given)),
  ),
];

function entry(
  name: string,
  summary: string,
  options: EnvEntry["options"],
  make: (given: EnvOptions) => Promise<unknown>,
): EnvEntry {
  const check = (given: EnvOptions) => checkEnvOptions(name, options, given);
  return {
    name,
    summary,
    options,
    check,
    make: async (given = {}) => {
      check(given);
      return (await make(given)) as Env<EnvState>;
    },
  };
}

/** In the order in which `metagrad list envs` shows them. */
export const environments: ReadonlyMap<string, EnvEntry> = new Map(entries.map((it) => [it.name, it]));

/** The entry of this name. @throws ConfigError that suggests the nearest */
export function environment(name: string): EnvEntry {
  const entry = environments.get(name);
  if (entry) return entry;
  const near = suggestion(name, environments.keys()) || " `metagrad list envs` shows all";
  throw new ConfigError(`expected the name of an environment, got ${name}.${near}`);
}

/**
 * Makes the environment of a row of a batch; what `workerBatch` is given to have many of one name.
 *
 * @throws ConfigError for a name or options that there are not
 *
 * @example
 * const source = environmentSource("metaworld/door-open", { reward: 2 });
 * source.make; // "makeEnvironment"
 */
export function environmentSource(name: string, options: EnvOptions = {}): EnvSource {
  environment(name).check(options);
  return { module: import.meta.url, make: "makeEnvironment", options: { name, ...options } };
}

/** What threads call, by its name; see `environmentSource`. @public */
export function makeEnvironment({ name, ...options }: EnvOptions & { readonly name: string }) {
  return environment(name).make(options);
}
