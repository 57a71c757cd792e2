/**
 * Locomotion: half a cheetah and an ant that have to find out where to run, or how fast.
 *
 * @module
 */
import { ConfigError, suggestion } from "../../errors.js";
import type { EnvState } from "../env.js";
import { antAnyDirection, antDirection, antGoal, antVelocity } from "./ant.js";
import { loadMujoco, type Mujoco } from "./engine.js";
import { halfCheetahDirection, halfCheetahVelocity } from "./half-cheetah.js";
import { type Definition, LocomotionEnv, type Paper, type Version, type Walker } from "./locomotion-env.js";
import { Scene } from "./scene.js";

const DEFINITIONS = {
  "half-cheetah/direction": halfCheetahDirection,
  "half-cheetah/velocity": halfCheetahVelocity,
  "ant/direction": antDirection,
  "ant/any-direction": antAnyDirection,
  "ant/velocity": antVelocity,
  "ant/goal": antGoal,
} as const;

export type LocomotionName = keyof typeof DEFINITIONS;

/** What the tasks of an environment are. */
export type LocomotionTask<Name extends LocomotionName = LocomotionName> =
  (typeof DEFINITIONS)[Name] extends Definition<infer Task> ? Task : never;

/** Names, summaries and the papers that have them, in the order in which they are listed. */
export const locomotionEnvs = Object.entries(DEFINITIONS).map(([name, { summary, papers }]) => ({
  name: name as LocomotionName,
  summary,
  papers: Object.keys(papers) as Paper[],
}));

export interface LocomotionOptions {
  /**
   * Whose version of body, episode, reward and tasks: `half-cheetah.ts` and `ant.ts` have tables of both. Default:
   * PEARL's, whose physics is Gymnasium's, where it has this environment; else MAML's.
   */
  readonly paper?: Paper;
  /** Steps of an episode. Default: 200, as in both papers. */
  readonly horizon?: number;
  /** Whether an ant's contact forces are computed; else they are zeros. Default: true for MAML, false for PEARL. */
  readonly contactForces?: boolean;
}

export class Locomotion {
  readonly #mujoco: Mujoco;
  readonly #scenes = new Map<string, Scene>();

  private constructor(mujoco: Mujoco) {
    this.#mujoco = mujoco;
  }

  /** Loads the physics engine; scenes are compiled when their first environment is made. */
  static async load(): Promise<Locomotion> {
    return new Locomotion(await loadMujoco());
  }

  /** @throws ConfigError if there is no such environment, or the paper has none */
  env<Name extends LocomotionName>(
    name: Name,
    { paper, horizon = 200, contactForces }: LocomotionOptions = {},
  ): LocomotionEnv<LocomotionTask<Name>> {
    const { scene, walker, goal } = versionOf(name, paper);
    if (!(Number.isInteger(horizon) && horizon > 0)) {
      throw new ConfigError(`${name}: horizon must be an integer >= 1, got ${horizon}`);
    }
    const compiled = this.#scenes.get(scene.name) ?? Scene.fromXml(this.#mujoco, scene.name, scene.xml());
    this.#scenes.set(scene.name, compiled);
    return new LocomotionEnv(compiled, name, withForces(name, walker, contactForces), goal, horizon);
  }

  /** Frees the scenes. No environment of it may be used afterwards. */
  close(): void {
    for (const scene of this.#scenes.values()) scene.close();
    this.#scenes.clear();
  }
}

function versionOf<Name extends LocomotionName>(
  name: Name,
  paper: Paper | undefined,
): Version<LocomotionTask<Name>> {
  const definition = DEFINITIONS[name] as unknown as Definition<EnvState> | undefined;
  if (!definition) {
    throw new ConfigError(
      `locomotion: expected ${Object.keys(DEFINITIONS).join(", ")}, got ${name}.${suggestion(name, Object.keys(DEFINITIONS))}`,
    );
  }
  const { papers } = definition;
  const version = paper === undefined ? (papers.pearl ?? papers.maml) : papers[paper];
  if (!version) {
    const known = Object.keys(papers).join(" or ");
    throw new ConfigError(`${name}: expected paper to be ${known}, got ${paper}`);
  }
  return version as unknown as Version<LocomotionTask<Name>>;
}

function withForces(name: string, walker: Walker, contactForces = walker.contactForces): Walker {
  if (contactForces && walker.contactCost === 0) {
    throw new ConfigError(`${name}: contactForces must be false, got true: nothing in it depends on them`);
  }
  return { ...walker, contactForces };
}
