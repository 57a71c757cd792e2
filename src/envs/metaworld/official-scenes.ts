/**
 * The original's scenes, from the files of its assets, for parity to the last digit.
 *
 * @module
 */
import type { MjModel } from "@mujoco/mujoco";
import { EnvError } from "../../errors.js";
import type { Mujoco } from "../mujoco/engine.js";
import { Scene } from "../mujoco/scene.js";
import type { SceneName } from "./scenes/index.js";

const ROOT = "/metaworld";

/** What welds the hand to the body that actions move: anchor, relative place and rotation, weight of rotations. */
const WELD = [0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 5];

/**
 * Copies assets into the engine's file system and returns how to compile a scene of them.
 *
 * Textures that scenes name but that are not there are replaced by another: they are only seen.
 *
 * @param assets by path from the folder of assets: `sawyer_xyz/sawyer_reach_v3.xml`
 * @throws EnvError if these are not Meta-World's assets
 */
export function officialScenes(
  mujoco: Mujoco,
  assets: ReadonlyMap<string, Uint8Array>,
): (mujoco: Mujoco, name: SceneName) => Scene {
  const { FS } = mujoco as unknown as { FS: FileSystem };
  if (![...assets.keys()].some((path) => path.startsWith("sawyer_xyz/"))) {
    throw new EnvError(
      `metaworld: expected assets with a folder sawyer_xyz, got ${assets.size} files. Name the folder that holds it`,
    );
  }
  for (const [path, bytes] of assets) {
    makeFolders(FS, `${ROOT}/${path}`);
    FS.writeFile(`${ROOT}/${path}`, bytes);
  }
  const aTexture = [...assets].find(([path]) => path.endsWith(".png"));
  for (const texture of texturesOf(assets)) {
    const path = `${ROOT}/${texture}`;
    if (FS.analyzePath(path).exists || !aTexture) continue;
    makeFolders(FS, path);
    FS.writeFile(path, aTexture[1]);
  }
  return (_, name) => {
    const path = fileOf(name);
    if (!assets.has(path)) throw new EnvError(`metaworld: expected ${path} among the assets, got none`);
    const scene = Scene.fromFile(mujoco, `metaworld/${name}`, officialScenePath(name));
    weldHand(scene.model);
    return scene;
  };
}

/** Where in the engine's file system `officialScenes` has put a scene. */
export function officialScenePath(name: SceneName): string {
  return `${ROOT}/${fileOf(name)}`;
}

/** Welds the hand to what actions move, as the original does in code. */
export function weldHand(model: MjModel): void {
  (model.eq_data as Float64Array).set(WELD);
}

function fileOf(name: SceneName): string {
  return `sawyer_xyz/sawyer_${name}.xml`;
}

/** What we use of Emscripten's file system. */
interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array): void;
  analyzePath(path: string): { readonly exists: boolean };
}

function makeFolders(FS: FileSystem, path: string): void {
  FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
}

/** Paths of all textures that files name, relative to the folder of assets. */
function texturesOf(assets: ReadonlyMap<string, Uint8Array>): string[] {
  const decoder = new TextDecoder();
  return [...assets].flatMap(([path, bytes]) => {
    if (!path.endsWith(".xml")) return [];
    const names = [...decoder.decode(bytes).matchAll(/file="([^"]+\.png)"/g)].map(([, file]) => file!);
    return names.map((file) => resolve(path, file));
  });
}

function resolve(from: string, relative: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
