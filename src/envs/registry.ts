/**
 * All environments by name, for those who choose one at run time: the command line, sweeps, pages.
 *
 * @module
 */
import { ConfigError, suggestion } from "../errors.js";
import type { Env, EnvState } from "./env.js";
import type { EnvSource } from "./env-source.js";
import type { Metaworld, MetaworldOptions } from "./metaworld/metaworld.js";
import type { SawyerEnv, SawyerOptions } from "./metaworld/sawyer-env.js";
import { sawyerTasks } from "./metaworld/tasks/index.js";
import { type Locomotion, type LocomotionName, locomotionEnvs } from "./mujoco/locomotion.js";

export interface EnvOptions extends MetaworldOptions, SawyerOptions {}

export interface EnvEntry {
  /** What is to be done in it, in a sentence. */
  readonly summary: string;
  /** Makes one, physics engine included. Those of one name share what they can: scenes, starts of episodes. */
  make(options?: EnvOptions): Promise<Env<EnvState>>;
}

/** Meta-World on our own scenes, and on the original's; by the assets. */
const loaded = new Map<MetaworldOptions["assets"], Promise<Metaworld>>();
let locomotion: Promise<Locomotion> | undefined;

async function makeMetaworld(name: string, { assets, ...options }: EnvOptions = {}): Promise<SawyerEnv> {
  const { Metaworld } = await import("./metaworld/metaworld.js");
  const known = loaded.get(assets) ?? Metaworld.load({ ...(assets && { assets }) });
  loaded.set(assets, known);
  return (await known).env(name, { goalVisible: true, ...options });
}

async function makeLocomotion(name: LocomotionName): Promise<Env<EnvState>> {
  const { Locomotion } = await import("./mujoco/locomotion.js");
  locomotion ??= Locomotion.load();
  return (await locomotion).env(name) as unknown as Env<EnvState>;
}

const entries: [string, EnvEntry][] = [
  [
    "point2d",
    {
      summary: "Walk to a goal in the plane that cannot be seen.",
      make: async () => {
        const { Point2d } = await import("./point2d.js");
        return new Point2d() as unknown as Env<EnvState>;
      },
    },
  ],
  ...locomotionEnvs.map(({ name, summary }): [string, EnvEntry] => [
    name,
    { summary, make: () => makeLocomotion(name) },
  ]),
  ...sawyerTasks.map(({ name, summary }): [string, EnvEntry] => [
    `metaworld/${name}`,
    { summary, make: async (options) => (await makeMetaworld(name, options)) as unknown as Env<EnvState> },
  ]),
];

/** In the order in which `metagrad list envs` shows them. */
export const environments: ReadonlyMap<string, EnvEntry> = new Map(entries);

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
 * @example
 * const source = environmentSource("metaworld/door-open", { reward: 2 });
 * source.make; // "makeEnvironment"
 */
export function environmentSource(name: string, options: EnvOptions = {}): EnvSource {
  environment(name);
  return { module: import.meta.url, make: "makeEnvironment", options: { name, ...options } };
}

/** What threads call; see `environmentSource`. */
export function makeEnvironment({ name, ...options }: EnvOptions & { readonly name: string }) {
  return environment(name).make(options);
}
