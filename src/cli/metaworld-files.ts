/** Meta-World's assets and recordings, from disk. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { openTree } from "../datasets/file-tree.js";
import type { Golden } from "../envs/index.js";
import { ConfigError, FormatError } from "../errors.js";
import { readTar } from "../formats/index.js";
import { checkFields, parseJson } from "../run/json.js";

/** The folder of scenes, beside those of what scenes include. */
const SCENES = /^(.*\/)?sawyer_xyz\/[^/]+\.xml$/;

/** More than any file here unpacks to: the assets are 24 MB, a recording is one. */
const MOST_BYTES = 2 ** 30;

/** Files by name. */
interface Files {
  readonly names: readonly string[];
  read(name: string): Uint8Array;
}

/**
 * Reads the folder that holds `sawyer_xyz` and its sisters, or an archive of it: the package's wheel, a zip, a tar. Keys
 * begin there, wherever it lies.
 *
 * @throws ConfigError, FormatError
 */
export function readAssets(path: string): Map<string, Uint8Array> {
  const { names, read } = isFolder(path, "--assets") ? openTree([{ path }]) : openArchive(path);
  const visible = names.filter((name) => !name.includes("__MACOSX/"));
  const prefixes = new Set(
    visible.flatMap((name) => SCENES.exec(name)?.slice(1) ?? []).map((it) => it ?? ""),
  );
  const [prefix, another] = [...prefixes].sort();
  if (prefix === undefined) {
    throw new ConfigError(`--assets ${path}: expected a folder or archive with sawyer_xyz/ in it, got none`);
  }
  if (another !== undefined) {
    throw new ConfigError(
      `--assets ${path}: expected one folder sawyer_xyz, got ${prefix}sawyer_xyz and ${another}sawyer_xyz. Name the folder that holds one of them`,
    );
  }
  let total = 0;
  return new Map(
    visible
      .filter((name) => name.startsWith(prefix))
      .map((name) => {
        const bytes = read(name);
        total += bytes.length;
        if (total > MOST_BYTES)
          throw new FormatError(`${path}: expected at most ${MOST_BYTES} bytes of assets, got more`);
        return [name.slice(prefix.length), bytes];
      }),
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
        reset_obs: numbers.length(39),
        actions: z.array(numbers.length(4)),
        v2: z.array(z.looseObject({ o: numbers.length(18), r: z.number(), s: z.number() })),
        v1_rewards: z.array(z.number().nullable()),
      })
      .refine(({ actions, v2, v1_rewards: v1 }) => actions.length === v2.length && v1.length === v2.length, {
        error: "must have a step and a reward of version 1 for each action",
      }),
  ),
});

/** Reads a recording of the original. @throws FormatError */
export function readGolden(path: string): Golden {
  const text = new TextDecoder().decode(unpacked(readFileSync(path), path));
  const golden: Golden = checkFields(parseJson(text, path), GoldenFile, path);
  const goals = golden.rand_vecs.length;
  const at = golden.rollouts.findIndex(({ goal_index: goal }) => goal >= goals);
  if (at < 0) return golden;
  throw new FormatError(
    `${path}: rollouts.${at}.goal_index must be one of ${goals} goals, got ${golden.rollouts[at]!.goal_index}`,
  );
}

/** What gzip has packed, or the bytes as they are. @throws FormatError */
function unpacked(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === "ERR_BUFFER_TOO_LARGE" ? `more than ${MOST_BYTES} bytes` : `${message}`;
    throw new FormatError(`${path}: expected a gzip file that unpacks, got ${problem}`);
  }
}

function isFolder(path: string, option: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new ConfigError(`${option} ${path}: expected a folder or a file, got nothing there`);
  return stat.isDirectory();
}

/** Opens a zip, which begins with PK, or a tar, packed by gzip or not. @throws FormatError */
function openArchive(path: string): Files {
  const bytes = readFileSync(path);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return openTree([{ path }]);
  const files = readTar(unpacked(bytes, path), path);
  return { names: [...files.keys()], read: (name) => files.get(name)! };
}
