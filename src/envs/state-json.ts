/**
 * States and tasks of environments as JSON, without losing a bit: typed arrays, −0 and what is not finite are
 * written as objects with the one field `$type` and their numbers.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import type { EnvState } from "./env.js";

const arrays = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;
type ArrayName = keyof typeof arrays;
type TypedArray = InstanceType<(typeof arrays)[ArrayName]>;

/** Whether these bits are those of plain data that environments save. */
export function isEnvState(value: unknown): value is EnvState {
  if (value === null || typeof value !== "object") {
    return value === null || ["boolean", "number", "string"].includes(typeof value);
  }
  if (arrayName(value) !== undefined) return true;
  if (Array.isArray(value)) return value.every(isEnvState);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isEnvState);
}

export function stateToJson(state: EnvState): string {
  return JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === "number") return isPlain(value) ? value : { $type: "number", values: [name(value)] };
    const type = arrayName(value);
    if (type === undefined) return value;
    return { $type: type, values: Array.from(value as TypedArray, (x) => (isPlain(x) ? x : name(x))) };
  });
}

/** @throws FormatError */
export function stateFromJson(text: string): EnvState {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      const { $type, values } = (value ?? {}) as { $type?: string; values?: (number | string)[] };
      if ($type === undefined) return value;
      if ($type === "number") return Number(values![0]);
      return arrays[$type as ArrayName].from(values!.map(Number));
    });
  } catch (error) {
    throw new FormatError(`stateFromJson: expected a state as stateToJson writes it. ${String(error)}`);
  }
}

/** Whether JSON gives this number back. */
function isPlain(x: number): boolean {
  return Number.isFinite(x) && !Object.is(x, -0);
}

function name(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

function arrayName(value: unknown): ArrayName | undefined {
  return (Object.keys(arrays) as ArrayName[]).find((it) => value instanceof arrays[it]);
}
