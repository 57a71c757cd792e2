/**
 * Values of the element-wise primitives. Hot loops: plain indices.
 *
 * @module
 */
import { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from "../../math.js";
import { allocate, type DType, isFloat, type TypedArray } from "../dtype.js";
import type { Value } from "./index.js";

type Evaluate = (inputs: readonly Value[]) => TypedArray[];

/** Applies `f` to each element; storing rounds, and wraps int32. */
function unary(f: (x: number) => number): Evaluate {
  return ([x]) => {
    const data = x!.data;
    const out = allocate(x!.dtype, data.length);
    for (let i = 0; i < data.length; i++) out[i] = f(data[i]!);
    return [out];
  };
}

/** Applies `f` to each pair. */
function binary(f: (a: number, b: number) => number): Evaluate {
  return ([a, b]) => {
    const [left, right] = [a!.data, b!.data];
    const out = allocate(a!.dtype, left.length);
    for (let i = 0; i < left.length; i++) out[i] = f(left[i]!, right[i]!);
    return [out];
  };
}

function comparison(f: (a: number, b: number) => boolean): Evaluate {
  return ([a, b]) => {
    const [left, right] = [a!.data, b!.data];
    const out = new Uint8Array(left.length);
    for (let i = 0; i < left.length; i++) out[i] = f(left[i]!, right[i]!) ? 1 : 0;
    return [out];
  };
}

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

const multiplyIntegers = binary(Math.imul);

function mul(inputs: readonly Value[]): TypedArray[] {
  const [a, b] = inputs;
  if (a!.dtype === "int32") return multiplyIntegers(inputs); // a float64 product would lose low bits
  const [left, right] = [a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  for (let i = 0; i < left.length; i++) out[i] = left[i]! * right[i]!;
  return [out];
}

function select([condition, a, b]: readonly Value[]): TypedArray[] {
  const [chooses, left, right] = [condition!.data, a!.data, b!.data];
  const out = allocate(a!.dtype, left.length);
  for (let i = 0; i < left.length; i++) out[i] = chooses[i] ? left[i]! : right[i]!;
  return [out];
}

function sigmoid(x: number): number {
  const tail = exp(-Math.abs(x)); // never overflows
  return x >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
}

function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
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

export const elementwise = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  add,
  sub,
  mul,
  maximum: binary(Math.max), // NaN wins
  minimum: binary(Math.min),
  div: binary((a, b) => a / b),
  pow: binary(pow),
  floor: unary(Math.floor),
  sqrt: unary(Math.sqrt),
  exp: unary(exp),
  log: unary(log),
  log1p: unary(log1p),
  expm1: unary(expm1),
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  erf: unary(erf),
  softplus: unary(softplus),
  equal: comparison((a, b) => a === b),
  less: comparison((a, b) => a < b),
  lessEqual: comparison((a, b) => a <= b),
  and: binary((a, b) => a & b),
  or: binary((a, b) => a | b),
  not: unary((x) => 1 - x),
  select,
} as const;
