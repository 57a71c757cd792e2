/**
 * Recordings as NumPy archives.
 *
 *     observations [T + 1, …], actions [T, A], rewards [T], info [T, info]    float64
 *     episode      [bytes]    uint8: JSON of the environment's name, its task, its stream, and how the episode ended
 *
 * @module
 */
import { EnvError, FormatError } from "../errors.js";
import { decodeNpz, encodeNpz, type NpyArray } from "../formats/index.js";
import { Rng, type RngState } from "../random/index.js";
import type { Recording } from "./rollout.js";
import { stateFromJson, stateToJson } from "./state-json.js";

const ARRAYS = ["observations", "actions", "rewards", "info"] as const;
type ArrayName = (typeof ARRAYS)[number];

/** Returns the bytes of a compressed `.npz`. @throws EnvError for a recording whose parts do not fit together */
export function encodeRecording(recording: Recording): Uint8Array {
  const problem = wrongField(recording) ?? wrongLength(recording);
  if (problem !== undefined) throw new EnvError(`encodeRecording: ${problem}`);
  const { length, shape } = recording;
  const shapes: Readonly<Record<ArrayName, readonly number[]>> = {
    observations: [length + 1, ...shape],
    actions: [length, recording.actions.length / Math.max(length, 1)],
    rewards: [length],
    info: [length, recording.info.length / Math.max(length, 1)],
  };
  const files = new Map<string, NpyArray>();
  for (const name of ARRAYS) {
    files.set(name, { dtype: "float64", shape: shapes[name], data: recording[name] });
  }
  const episode = Object.entries(recording).filter(([name]) => !ARRAYS.some((it) => it === name));
  const data = new TextEncoder().encode(stateToJson(Object.fromEntries(episode)));
  files.set("episode", { dtype: "uint8", shape: [data.length], data });
  return encodeNpz(files, { compress: true });
}

/**
 * Returns the recording of a file that `encodeRecording` wrote.
 *
 * @param name the file's, for error messages
 * @throws FormatError
 */
export function decodeRecording(bytes: Uint8Array, name = "recording"): Recording {
  const files = decodeNpz(bytes, name);
  const array = (key: ArrayName): Float64Array => {
    const { data, dtype } = files.get(key) ?? { dtype: "none" };
    if (!(data instanceof Float64Array)) {
      throw new FormatError(`${name}: expected an array ${key} of float64, got ${dtype}`);
    }
    return data.slice(); // in memory of its own, not the file's
  };
  const { data, dtype } = files.get("episode") ?? { dtype: "none" };
  if (!(data instanceof Uint8Array)) {
    throw new FormatError(`${name}: expected an array episode of uint8, got ${dtype}`);
  }
  const state = stateFromJson(new TextDecoder().decode(data), `${name}: episode`);
  const episode = (typeof state === "object" && state !== null ? state : {}) as unknown as Episode;
  const recording: Recording = {
    ...episode,
    observations: array("observations"),
    actions: array("actions"),
    rewards: array("rewards"),
    info: array("info"),
  };
  const problem = wrongField(episode) ?? wrongLength(recording);
  if (problem !== undefined) throw new FormatError(`${name}: ${problem}`);
  return recording;
}

type Episode = Omit<Recording, ArrayName>;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    Rng.restore(value as RngState);
    return true;
  } catch {
    return false;
  }
}

const FIELDS: Readonly<Record<keyof Episode, readonly [what: string, check: (value: unknown) => boolean]>> = {
  env: ["a name", (value) => typeof value === "string"],
  task: ["a task", (value) => value !== undefined],
  rng: ["a stream { key: [uint32, uint32], draws }", isStream],
  length: ["a number of steps", isCount],
  shape: ["a shape", (value) => Array.isArray(value) && value.every(isCount)],
  terminated: ["true or false", (value) => typeof value === "boolean"],
  truncated: ["true or false", (value) => typeof value === "boolean"],
  return: ["a number", (value) => typeof value === "number"],
};

/** Says which field is not what it must be. */
function wrongField(episode: Partial<Record<keyof Episode, unknown>>): string | undefined {
  for (const [field, [what, check]] of Object.entries(FIELDS)) {
    const value = episode[field as keyof Episode];
    if (check(value)) continue;
    const got = value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
    return `episode.${field}: expected ${what}, got ${got}`;
  }
  return undefined;
}

/** Says which array is not of as many steps as the episode. */
function wrongLength({ length, shape, observations, rewards, actions, info }: Recording): string | undefined {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (observations.length !== (length + 1) * size)
    return `expected observations of ${(length + 1) * size} numbers, got ${observations.length}`;
  if (rewards.length !== length) return `expected ${length} rewards, got ${rewards.length}`;
  const isEven = ({ length: count }: Float64Array) => (length === 0 ? count === 0 : count % length === 0);
  if (isEven(actions) && isEven(info)) return undefined;
  return `expected as many actions and infos in each of ${length} steps, got ${actions.length} and ${info.length} numbers`;
}
