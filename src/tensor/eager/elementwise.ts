/**
 * Values of the element-wise primitives. Hot loops: plain indices.
 *
 * @module
 */
import { allocate, type DType, isFloat, type TypedArray } from "../dtype.js";
import { type Elementwise, eachElementwise } from "../elementwise.js";
import type { Value } from "./index.js";

type Evaluate = (inputs: readonly Value[]) => TypedArray[];

/** Applies `value` to each element, or each pair; storing rounds, and wraps int32. */
const derived = eachElementwise((_, { arity, gives, value }): Evaluate => {
  const f = value as (...operands: number[]) => number;
  if (arity === 1) {
    return ([x]) => {
      const data = x!.data;
      const out = allocate(x!.dtype, data.length);
      for (let i = 0; i < data.length; i++) out[i] = f(data[i]!);
      return [out];
    };
  }
  return ([a, b]) => {
    const [left, right] = [a!.data, b!.data];
    const out = allocate(gives === "bool" ? "bool" : a!.dtype, left.length);
    for (let i = 0; i < left.length; i++) out[i] = f(left[i]!, right[i]!);
    return [out];
  };
});

// the commonest four have loops of their own: a call per element costs five times as much

function add([a, b]: readonly Value[]): TypedArray[] {
  const [left, right] = [a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  for (let i = 0; i < left.length; i++) out[i] = left[i]! + right[i]!;
  return [out];
}

function sub([a, b]: readonly Value[]): TypedArray[] {
  const [left, right] = [a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  for (let i = 0; i < left.length; i++) out[i] = left[i]! - right[i]!;
  return [out];
}

function mul([a, b]: readonly Value[]): TypedArray[] {
  const [left, right] = [a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  if (a!.dtype === "int32") {
    for (let i = 0; i < left.length; i++) out[i] = Math.imul(left[i]!, right[i]!); // a float64 product loses low bits
    return [out];
  }
  for (let i = 0; i < left.length; i++) out[i] = left[i]! * right[i]!;
  return [out];
}

function select([condition, a, b]: readonly Value[]): TypedArray[] {
  const [chooses, left, right] = [condition!.data, a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  for (let i = 0; i < left.length; i++) out[i] = chooses[i] ? left[i]! : right[i]!;
  return [out];
}

/** Converts elements: to int32 truncates and saturates, NaN to 0; to bool is `!= 0`. */
export function convert({ data, dtype: from }: Value, to: DType): TypedArray {
  if (from === to) return data;
  const out = allocate(to, data.length);
  if (to === "bool") {
    for (let i = 0; i < data.length; i++) out[i] = data[i] === 0 ? 0 : 1;
  } else if (to === "int32" && isFloat(from)) {
    for (let i = 0; i < data.length; i++) {
      out[i] = Math.max(-0x8000_0000, Math.min(0x7fff_ffff, data[i]!)); // storing truncates, and NaN is 0
    }
  } else {
    out.set(data);
  }
  return out;
}

/** Elements of each result. */
export const elementwise: { readonly [P in Exclude<Elementwise, "cast">]: Evaluate } = {
  ...derived,
  add,
  sub,
  mul,
  select,
};
