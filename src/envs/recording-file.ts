/**
 * Recordings as NumPy archives.
 *
 *     observations [T + 1, …], actions [T, A], rewards [T], info [T, info]    float64
 *     episode      [bytes]    uint8: JSON of the environment's name, its task, its stream, and how the episode ended
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { decodeNpz, encodeNpz, type NpyArray } from "../formats/index.js";
import type { Recording } from "./rollout.js";
import { stateFromJson, stateToJson } from "./state-json.js";

const ARRAYS = ["observations", "actions", "rewards", "info"] as const;
type ArrayName = (typeof ARRAYS)[number];

/** Returns the bytes of a compressed `.npz`. */
export function encodeRecording(recording: Recording): Uint8Array {
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
  const episode = stateFromJson(new TextDecoder().decode(data)) as unknown as Omit<Recording, ArrayName>;
  return {
    ...episode,
    observations: array("observations"),
    actions: array("actions"),
    rewards: array("rewards"),
    info: array("info"),
  };
}
