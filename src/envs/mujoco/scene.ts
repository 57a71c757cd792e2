/**
 * A compiled MJCF scene, shared by all simulations of it.
 *
 * @module
 */
import type { MjModel } from "@mujoco/mujoco";
import { EnvError, MetaError, suggestion } from "../../errors.js";
import type { Mujoco } from "./engine.js";

/** What has a name in a scene. */
export type Kind = "body" | "joint" | "geom" | "site" | "actuator" | "camera";

const TYPES = {
  body: "mjOBJ_BODY",
  joint: "mjOBJ_JOINT",
  geom: "mjOBJ_GEOM",
  site: "mjOBJ_SITE",
  actuator: "mjOBJ_ACTUATOR",
  camera: "mjOBJ_CAMERA",
} as const satisfies Record<Kind, string>;

/** Of the arrays that say where names are: MuJoCo's prefix of each kind. */
const PREFIX = {
  body: "body",
  joint: "jnt",
  geom: "geom",
  site: "site",
  actuator: "actuator",
  camera: "cam",
} as const satisfies Record<Kind, string>;

/** What decides whether two geoms can touch, by their numbers: kinds and affinities are sets of bits. */
export interface Colliders {
  readonly kind: Int32Array;
  readonly affinity: Int32Array;
  /** Of the bounding spheres, in metres; 0 for planes, which have none. */
  readonly radius: Float64Array;
  readonly margin: Float64Array;
  /** Whether pairs are named that collide whatever their kinds are. */
  readonly pairs: boolean;
}

/** Bytes for contacts and constraints of one state. Meta-World's scenes use 64 KB; MuJoCo's own choice is 13 MB. */
const ARENA_BYTES = 2 ** 20;

export class Scene {
  readonly mujoco: Mujoco;
  readonly model: MjModel;
  /** For messages: `metaworld/door_pull`. */
  readonly name: string;
  /** The simulation whose places of bodies are in the model now; see `Simulation`. */
  owner: object | undefined;
  readonly #ids = new Map<string, number>();
  #colliders: Colliders | undefined;

  private constructor(mujoco: Mujoco, model: MjModel, name: string) {
    this.mujoco = mujoco;
    this.model = model;
    this.name = name;
  }

  /** Compiles MJCF. @throws EnvError with the compiler's complaint and its line */
  static fromXml(mujoco: Mujoco, name: string, xml: string): Scene {
    return new Scene(
      mujoco,
      compile(name, () => mujoco.MjModel.from_xml_string(xml)),
      name,
    );
  }

  /** Compiles MJCF from a file in the engine's own file system, where includes and meshes are, too. @throws EnvError */
  static fromFile(mujoco: Mujoco, name: string, path: string): Scene {
    const scene = new Scene(
      mujoco,
      compile(name, () => mujoco.MjModel.from_xml_path(path)),
      name,
    );
    scene.model.narena = ARENA_BYTES;
    return scene;
  }

  /** Number of the body, joint, … of this name. @throws EnvError that suggests the nearest name */
  id(kind: Kind, name: string): number {
    const key = `${kind} ${name}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.mujoco.mj_name2id(this.model, this.mujoco.mjtObj[TYPES[kind]].value, name);
      if (id < 0) {
        const near = suggestion(name, this.names(kind));
        throw new EnvError(`${this.name}: expected a ${kind} named ${name} in the scene, got none.${near}`);
      }
      this.#ids.set(key, id);
    }
    return id;
  }

  /** Whether there is a body, joint, … of this name. */
  has(kind: Kind, name: string): boolean {
    return this.mujoco.mj_name2id(this.model, this.mujoco.mjtObj[TYPES[kind]].value, name) >= 0;
  }

  /** All names of a kind, in the order of their numbers; empty for what has none. */
  names(kind: Kind): string[] {
    const model = this.model as unknown as Record<string, ArrayLike<number>>;
    // not mj_id2name, which gives garbage for what has no name
    const bytes = model.names as Uint8Array;
    return Array.from(model[`name_${PREFIX[kind]}adr`]!, (start) => {
      let text = "";
      for (let at = start; bytes[at] !== 0; at++) text += String.fromCharCode(bytes[at]!);
      return text;
    });
  }

  /** Copies, as MuJoCo's own arrays cost more to get than to read. */
  get colliders(): Colliders {
    if (this.#colliders) return this.#colliders;
    const { geom_contype, geom_conaffinity, geom_rbound, geom_margin, npair } = this.model;
    this.#colliders = {
      kind: Int32Array.from(geom_contype),
      affinity: Int32Array.from(geom_conaffinity),
      radius: Float64Array.from(geom_rbound),
      margin: Float64Array.from(geom_margin),
      pairs: npair > 0,
    };
    return this.#colliders;
  }

  /** Frees the model. No simulation of it may be used afterwards. */
  close(): void {
    this.model.delete();
  }
}

function compile(name: string, make: () => MjModel | null): MjModel {
  let model: MjModel | null = null;
  try {
    model = make();
  } catch (error) {
    throw new EnvError(
      `${name}: expected a scene that MuJoCo compiles, got: ${String(error).replace(/\s+/g, " ")}`,
    );
  }
  if (model === null) throw new MetaError(`${name}: MuJoCo compiled the scene to nothing`);
  return model;
}
