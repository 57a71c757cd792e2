/**
 * States and tasks of environments as JSON, without losing a bit: typed arrays, −0 and what is not finite are
 * written as objects with the one field `$type` and their numbers.
 *
 * @module
 */
import { EnvError, FormatError } from "../errors.js";
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

/** Returns a state as JSON. @throws EnvError for what is no state, or has a field `$type` of its own */
export function stateToJson(state: EnvState): string {
  if (!isEnvState(state)) {
    throw new EnvError(
      "stateToJson: expected null, booleans, numbers, texts, typed arrays, and arrays and objects of these, got something else",
    );
  }
  return JSON.stringify(state, (_, value: unknown) => {
    if (typeof value === "number") return isPlain(value) ? value : { $type: "number", values: [name(value)] };
    const type = arrayName(value);
    if (type !== undefined) {
      return { $type: type, values: Array.from(value as TypedArray, (x) => (isPlain(x) ? x : name(x))) };
    }
    if (isMarked(value))
      throw new EnvError(
        "stateToJson: expected states without a field $type, which marks arrays here, got one",
      );
    return value;
  });
}

/** Returns the state that `stateToJson` wrote. @param who named in errors @throws FormatError */
export function stateFromJson(text: string, who = "stateFromJson"): EnvState {
  const refuse: Refuse = (problem) => {
    throw new FormatError(`${who}: ${problem}`);
  };
  try {
    return JSON.parse(text, (_, value: unknown) => (isMarked(value) ? unmarked(value, refuse) : value));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    return refuse("expected JSON as stateToJson writes it, got something else");
  }
}

type Refuse = (problem: string) => never;

interface Marked {
  readonly $type: unknown;
  readonly values?: unknown;
}

function isMarked(value: unknown): value is Marked {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "$type");
}

/** Returns the number or the array that an object with `$type` stands for. */
function unmarked({ $type: type, values }: Marked, refuse: Refuse): number | TypedArray {
  if (!Array.isArray(values)) return refuse(`expected numbers of ${show(type)}, got none`);
  const numbers = values.map((value: unknown) => {
    if (typeof value === "number") return value;
    return NAMED.get(value) ?? refuse(`expected numbers of ${show(type)}, got ${show(value)}`);
  });
  if (type === "number" && numbers.length === 1) return numbers[0]!;
  if (typeof type !== "string" || !Object.hasOwn(arrays, type)) {
    return refuse(
      `expected $type to be number or one of ${Object.keys(arrays).join(", ")}, got ${show(type)}`,
    );
  }
  const array = arrays[type as ArrayName].from(numbers);
  const at = numbers.findIndex((value, k) => !Object.is(value, array[k]));
  return at < 0 ? array : refuse(`expected numbers that ${type} has, got ${numbers[at]}`);
}

/** Numbers that JSON does not have, or does not keep. */
const NAMED = new Map<unknown, number>(
  [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((x) => [name(x), x]),
);

function show(value: unknown): string {
  const text = typeof value === "object" ? "something else" : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
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
