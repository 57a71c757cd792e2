/**
 * The element-wise primitives, each declared once: how many operands of which type it takes, what it returns, and
 * its value on numbers.
 *
 * The lists of primitives and of lane operations, shapes and types, eager loops and batching follow from this table.
 * A derivative (`rules/derivatives.ts`), code on lanes (`engine/kernels/lane-math/step.ts`) and an operator of ONNX
 * are asked for by the compiler, where their layer has what they are written in.
 *
 * @module
 */
import { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from "../math.js";
import type { DType } from "./dtype.js";

/** The types that operands may have, as messages call them. */
export type OperandTypes = "float" | "float or int32" | "bool" | "any";

/** Values are in float64, before they are stored; bools are 0 and 1. */
interface Declaration {
  readonly arity: 1 | 2 | 3;
  readonly takes: OperandTypes;
  /** `same`: the type of the operands, but for the condition of `select` and the target of `cast`. */
  readonly gives: "same" | "bool";
  readonly value: (a: number, b: number, c: number) => number;
}

const unary = <T extends OperandTypes>(takes: T, value: (x: number) => number) =>
  ({ arity: 1, takes, gives: "same", value }) as const;
const binary = <T extends OperandTypes>(takes: T, value: (a: number, b: number) => number) =>
  ({ arity: 2, takes, gives: "same", value }) as const;
const comparison = (holds: (a: number, b: number) => boolean) =>
  ({
    arity: 2,
    takes: "float or int32",
    gives: "bool",
    value: (a: number, b: number) => (holds(a, b) ? 1 : 0),
  }) as const;

export const ELEMENTWISE = {
  neg: unary("float or int32", (x) => -x),
  abs: unary("float or int32", Math.abs),
  sign: unary("float or int32", Math.sign),
  add: binary("float or int32", (a, b) => a + b),
  sub: binary("float or int32", (a, b) => a - b),
  mul: binary("float or int32", (a, b) => a * b),
  maximum: binary("float or int32", (a, b) => Math.max(a, b)), // NaN wins
  minimum: binary("float or int32", (a, b) => Math.min(a, b)),

  div: binary("float", (a, b) => a / b),
  pow: binary("float", pow),
  floor: unary("float", Math.floor),
  sqrt: unary("float", Math.sqrt),
  exp: unary("float", exp),
  log: unary("float", log),
  log1p: unary("float", log1p),
  expm1: unary("float", expm1),
  sin: unary("float", sin),
  cos: unary("float", cos),
  tanh: unary("float", tanh),
  sigmoid: unary("float", (x) => {
    const tail = exp(-Math.abs(x)); // never overflows
    return x >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
  }),
  erf: unary("float", erf),
  softplus: unary("float", (x) => Math.max(x, 0) + log1p(exp(-Math.abs(x)))),

  equal: comparison((a, b) => a === b),
  less: comparison((a, b) => a < b),
  lessEqual: comparison((a, b) => a <= b),
  and: { ...binary("bool", (a, b) => a & b), gives: "bool" },
  or: { ...binary("bool", (a, b) => a | b), gives: "bool" },
  not: { ...unary("bool", (x) => 1 - x), gives: "bool" },

  /** `condition ? a : b`; the condition is bool, the others have one type. */
  select: { arity: 3, takes: "any", gives: "same", value: (condition, a, b) => (condition ? a : b) },
  /** To the type that its parameters name. */
  cast: unary("any", (x) => x),
} as const satisfies Readonly<Record<string, Declaration>>;

type Table = typeof ELEMENTWISE;
export type Elementwise = keyof Table;

/** The element-wise primitives whose operands may have these types. */
export type ElementwiseOn<T extends OperandTypes> = {
  [P in Elementwise]: Table[P]["takes"] extends T ? P : never;
}[Elementwise];

/** The element-wise primitives of so many operands, without parameters. */
export type ElementwiseOf<Arity extends Declaration["arity"]> = {
  [P in Elementwise]: Table[P]["arity"] extends Arity ? P : never;
}[Exclude<Elementwise, "cast">];

/** None, but for `cast`. */
export type ElementwiseParams = {
  [P in Elementwise]: P extends "cast" ? { readonly dtype: DType } : Readonly<Record<never, never>>;
};

const names = Object.keys(ELEMENTWISE) as readonly Elementwise[];

/** Builds a table of something that follows from the declarations. */
export function eachElementwise<V>(entry: (primitive: Elementwise, declaration: Declaration) => V): {
  readonly [P in Elementwise]: V;
} {
  const entries = names.map((primitive) => [primitive, entry(primitive, ELEMENTWISE[primitive])]);
  return Object.fromEntries(entries) as { readonly [P in Elementwise]: V };
}

export function isElementwise(primitive: string): primitive is Elementwise {
  return Object.hasOwn(ELEMENTWISE, primitive);
}

/** Whether this is a comparison, or logic of bools: cheap, and a mask. */
export function isPredicate(primitive: string): boolean {
  return isElementwise(primitive) && ELEMENTWISE[primitive].gives === "bool";
}
