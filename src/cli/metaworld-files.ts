/** Meta-World's assets and recordings, from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { Golden } from "../envs/index.js";
import { ConfigError, FormatError } from "../errors.js";
import { readTar, readZip } from "../formats/index.js";

const ROOT = "sawyer_xyz/";

/**
 * Reads the folder that holds `sawyer_xyz`, or an archive of it: the package's wheel, a zip, a tar. Keys begin there.
 *
 * @throws ConfigError, FormatError
 */
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

const numbers = z.array(z.number());

const GoldenFile = z.looseObject({
  task: z.string(),
  seed: z.number(),
  rand_vecs: z.array(numbers),
  rollouts: z.array(
    z
      .looseObject({
        goal_index: z.int().min(0),
        reset_obs: numbers,
        actions: z.array(numbers),
        v2: z.array(z.looseObject({ o: numbers, r: z.number(), s: z.number() })),
        v1_rewards: z.array(z.number().nullable()),
      })
      .refine(({ actions, v2 }) => actions.length === v2.length, "must have a step for each action"),
  ),
});

/** Reads a recording of the original. @throws FormatError */
export function readGolden(path: string): Golden {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(unpacked(readFileSync(path))));
  } catch (error) {
    throw new FormatError(`${path}: expected a recording, got ${(error as Error).message}`);
  }
  const { data, error } = GoldenFile.safeParse(json);
  if (data === undefined) {
    const [issue] = error.issues;
    throw new FormatError(`${path}: expected a recording, got ${issue!.path.join(".")}: ${issue!.message}`);
  }
  const missing = data.rollouts.find(({ goal_index }) => goal_index >= data.rand_vecs.length);
  if (missing === undefined) return data as Golden;
  throw new FormatError(
    `${path}: expected a goal of ${data.rand_vecs.length}, got goal_index ${missing.goal_index}`,
  );
}

/** What gzip has packed, or the bytes as they are. */
function unpacked(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
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
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const zip = readZip(bytes, path);
    return new Map(zip.names.filter((name) => name.includes(ROOT)).map((name) => [name, zip.read(name)]));
  }
  let tar: Uint8Array;
  try {
    tar = unpacked(bytes);
  } catch (error) {
    throw new FormatError(`${path}: expected an archive that unpacks, got ${(error as Error).message}`);
  }
  return readTar(tar, path);
}
