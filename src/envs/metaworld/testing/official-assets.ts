/** The original's assets and recorded episodes, where the checkout has them beside it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Golden } from "../parity.js";

const data = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));
const archive = join(data, "metaworld_assets.tgz");
const episodes = join(data, "metaworld_golden");

export const hasOfficialAssets = existsSync(archive);

/** By path from the folder of assets, as `Metaworld.load` takes them. */
export function readOfficialAssets(): Map<string, Uint8Array> {
  const files = readTar(gunzipSync(readFileSync(archive)));
  return new Map([...files].map(([path, bytes]) => [path.replace("assets/", ""), bytes]));
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

/** The files of a tar archive; names of more than 100 bytes and links are not understood. */
function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, "");
  for (let at = 0; bytes[at] !== 0 && at < bytes.length; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const isFile = text(at + 156, 1) === "0";
    if (isFile) files.set(text(at, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}
