/**
 * Meta-World, loaded: the physics engine, the scenes, and environments on them.
 *
 * @module
 */
import { loadMujoco, type Mujoco } from "../mujoco/engine.js";
import { Scene } from "../mujoco/scene.js";
import { officialScenes } from "./official-scenes.js";
import { SawyerEnv, type SawyerOptions } from "./sawyer-env.js";
import { type SceneName, sceneXml } from "./scenes/index.js";
import { sawyerTask } from "./tasks/index.js";
import { Workshop } from "./workshop.js";

export interface MetaworldOptions {
  /**
   * The files of the original's assets, by their paths: `sawyer_xyz/sawyer_reach_v3.xml`, … With them, all scenes are
   * the original's, mesh for mesh; else our own, of primitive shapes.
   */
  readonly assets?: ReadonlyMap<string, Uint8Array>;
}

export class Metaworld {
  readonly #workshop: Workshop;

  private constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  /** Loads the physics engine; scenes are compiled when an environment is first reset to one of their tasks. */
  static async load({ assets }: MetaworldOptions = {}): Promise<Metaworld> {
    const mujoco = await loadMujoco();
    const load = assets ? officialScenes(mujoco, assets) : ownScene;
    return new Metaworld(new Workshop(mujoco, load));
  }

  /** An environment of one task, or of several. @throws ConfigError if there is no such task */
  env(names: string | readonly string[], options: SawyerOptions = {}): SawyerEnv {
    const list = typeof names === "string" ? [names] : names;
    const name = typeof names === "string" ? names : `${names.length}-tasks`;
    return new SawyerEnv(this.#workshop, name, list.map(sawyerTask), options);
  }

  /** Frees the scenes. No environment of it may be used afterwards. */
  close(): void {
    this.#workshop.close();
  }
}

function ownScene(mujoco: Mujoco, name: SceneName): Scene {
  return Scene.fromXml(mujoco, `metaworld/${name}`, sceneXml(name));
}
