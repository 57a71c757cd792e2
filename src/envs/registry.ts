/**
 * All environments by name, for those who choose one at run time: the command line, sweeps, pages.
 *
 * @module
 */
import { ConfigError, suggestion } from "../errors.js";
import type { Env, EnvState } from "./env.js";
import type { MetaworldOptions } from "./metaworld/metaworld.js";
import { sawyerTasks } from "./metaworld/tasks/index.js";
import { locomotionEnvs } from "./mujoco/locomotion.js";

export interface EnvEntry {
  /** What is to be done in it, in a sentence. */
  readonly summary: string;
  /** Makes one, physics engine included. */
  make(options?: MetaworldOptions): Promise<Env<EnvState>>;
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
    {
      summary,
      make: async () => {
        const { Locomotion } = await import("./mujoco/locomotion.js");
        const locomotion = await Locomotion.load();
        return locomotion.env(name) as unknown as Env<EnvState>;
      },
    },
  ]),
  ...sawyerTasks.map(({ name, summary }): [string, EnvEntry] => [
    `metaworld/${name}`,
    {
      summary,
      make: async (options) => {
        const { Metaworld } = await import("./metaworld/metaworld.js");
        const metaworld = await Metaworld.load(options);
        return metaworld.env(name, { goalVisible: true }) as unknown as Env<EnvState>;
      },
    },
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
