/** The original's assets and recorded episodes, where the checkout has them beside it. They are no part of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { MjModel } from "@mujoco/mujoco";
import { readTar } from "../../../formats/index.js";
import type { Mujoco } from "../../mujoco/engine.js";
import { officialScenePath, officialScenes, weldHand } from "../official-scenes.js";
import type { Golden } from "../parity.js";
import type { SceneName } from "../scenes/index.js";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const archive = join(data, "metaworld_assets.tgz");
const episodes = join(data, "metaworld_golden");

export const hasOfficialAssets = existsSync(archive);

/** For the names of tests: empty, or why they are skipped. */
export const missing = hasOfficialAssets ? "" : " (skipped: no assets of Meta-World beside the project)";

/** By path from the folder of assets, as `Metaworld.load` takes them. */
export function readOfficialAssets(): Map<string, Uint8Array> {
  const files = readTar(gunzipSync(readFileSync(archive)), archive);
  return new Map([...files].map(([path, bytes]) => [path.replace("assets/", ""), bytes]));
}

/** How to compile a scene of the assets as it stands in its file: contacts are not listed, nothing unnamed has a name. */
export function officialModels(mujoco: Mujoco): (scene: SceneName) => MjModel {
  officialScenes(mujoco, readOfficialAssets());
  return (scene) => {
    const model = mujoco.MjModel.from_xml_path(officialScenePath(scene));
    weldHand(model);
    return model;
  };
}

/** Names of the tasks of which episodes are recorded, in alphabetical order. */
export function goldenTasks(): string[] {
  if (!existsSync(episodes)) return [];
  return readdirSync(episodes)
    .map((file) => file.replace(/-v3\.json\.gz$/, ""))
    .sort();
}

export function readGolden(task: string): Golden {
  return JSON.parse(gunzipSync(readFileSync(join(episodes, `${task}-v3.json.gz`))).toString());
}
