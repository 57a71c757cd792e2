/** Meta-World's assets and recordings, from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Golden } from "../envs/index.js";
import { ConfigError, FormatError } from "../errors.js";
import { readTar } from "../formats/index.js";

const ROOT = "sawyer_xyz/";

/** Reads the folder that holds `sawyer_xyz`, or an archive of it. Keys begin there. @throws ConfigError */
export function readAssets(path: string): Map<string, Uint8Array> {
  const files = isFolder(path, "--assets") ? readFolder(path) : readArchive(path);
  const some = [...files.keys()].find((name) => name.includes(ROOT));
  if (some === undefined) {
    throw new ConfigError(`--assets ${path}: expected a folder or archive with ${ROOT} in it, got none`);
  }
  const prefix = some.slice(0, some.indexOf(ROOT));
  return new Map(
    [...files].flatMap(([name, bytes]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), bytes]] : [],
    ),
  );
}

/** Readers of all recordings in a folder, in the order of their names. @throws ConfigError if there are none */
export function readGoldens(dir: string): (() => Golden)[] {
  const names = isFolder(dir, "--golden")
    ? readdirSync(dir)
        .filter((name) => /\.json(\.gz)?$/.test(name))
        .sort()
    : [];
  if (names.length === 0) {
    throw new ConfigError(`--golden ${dir}: expected a folder of recordings, <task>-v3.json.gz, got none`);
  }
  return names.map((name) => () => readGolden(join(dir, name)));
}

function readGolden(path: string): Golden {
  try {
    const bytes = readFileSync(path);
    const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
    const golden = JSON.parse(text) as Golden;
    if (typeof golden.task === "string" && Array.isArray(golden.rollouts)) return golden;
  } catch (error) {
    throw new FormatError(`${path}: expected a recording, got ${(error as Error).message}`);
  }
  throw new FormatError(`${path}: expected a recording with task and rollouts, got other JSON`);
}

function isFolder(path: string, option: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new ConfigError(`${option} ${path}: expected a folder, got nothing there`);
  return stat.isDirectory();
}

function readFolder(path: string): Map<string, Uint8Array> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(path, name)).isFile());
  return new Map(files.map((name) => [name.replaceAll("\\", "/"), readFileSync(join(path, name))]));
}

function readArchive(path: string): Map<string, Uint8Array> {
  const bytes = readFileSync(path);
  return readTar(/gz$/.test(path) ? gunzipSync(bytes) : bytes, path);
}
