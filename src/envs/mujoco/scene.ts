/**
 * A compiled MJCF scene, shared by all simulations of it.
 *
 * @module
 */
import type { MjModel, MjSpec } from "@mujoco/mujoco";
import { EnvError, suggestion } from "../../errors.js";
import type { Mujoco } from "./engine.js";
import { deleteNow, deleteWith, inMujocoMemory } from "./handles.js";
import { type Colliders, compileListed } from "./listed-contacts.js";

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

/** MuJoCo's prefix of each kind in the arrays that say where names are. */
const PREFIX = {
  body: "body",
  joint: "jnt",
  geom: "geom",
  site: "site",
  actuator: "actuator",
  camera: "cam",
} as const satisfies Record<Kind, string>;

/** Bytes for contacts and constraints of one state. Meta-World's scenes use 64 KB; MuJoCo's own choice is 13 MB. */
const ARENA_BYTES = 2 ** 20;

export class Scene {
  readonly mujoco: Mujoco;
  readonly model: MjModel;
  /** For messages: `metaworld/door_pull`. */
  readonly name: string;
  readonly colliders: Colliders;
  /** The simulation whose places of bodies are in the model now; see `Simulation`. */
  owner: object | undefined;
  readonly #ids = new Map<string, number>();

  private constructor(mujoco: Mujoco, name: string, make: () => MjSpec) {
    const { model, colliders } = compile(name, () => compileListed(mujoco, make()));
    this.mujoco = mujoco;
    this.model = model;
    this.colliders = colliders;
    this.name = name;
    deleteWith(this, model);
  }

  /** Compiles MJCF. @throws EnvError with the compiler's complaint and its line */
  static fromXml(mujoco: Mujoco, name: string, xml: string): Scene {
    return new Scene(mujoco, name, () => mujoco.parseXMLString(xml));
  }

  /** Compiles MJCF from a file in the engine's own file system, where includes and meshes are, too. @throws EnvError */
  static fromFile(mujoco: Mujoco, name: string, path: string): Scene {
    const { FS } = mujoco as unknown as { FS: FileSystem };
    const scene = new Scene(mujoco, name, () => {
      FS.chdir(path.slice(0, path.lastIndexOf("/"))); // what the file names is looked for from here
      return mujoco.parseXMLString(FS.readFile(path, { encoding: "utf8" }));
    });
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

  /** Frees the model. No simulation of it may be used afterwards. A scene that is dropped is freed as garbage. */
  close(): void {
    deleteNow(this, this.model);
  }
}

/** What we use of Emscripten's file system. */
interface FileSystem {
  chdir(path: string): void;
  readFile(path: string, options: { readonly encoding: "utf8" }): string;
}

function compile<T>(name: string, make: () => T): T {
  try {
    return inMujocoMemory(name, make);
  } catch (error) {
    if (error instanceof EnvError) throw error;
    throw new EnvError(
      `${name}: expected a scene that MuJoCo compiles, got: ${String(error).replace(/\s+/g, " ")}`,
    );
  }
}
