/**
 * Every step of a loop kernel's expression as code on four lanes.
 *
 * Only + - × ÷ √ and bits: the SIMD build gives the same bits on every machine (but for the payloads of NaNs).
 *
 * @module
 */
import { floatBits } from "../../wasm/bytes.js";
import { type Code, f32x4, i32, i32x4, v128 } from "../../wasm/code.js";
import type { Lane, LaneOp } from "../kernel.js";
import { erf } from "./error-function.js";
import { exp, expm1, sigmoid, tanh } from "./exponential.js";
import type { Lanes } from "./lanes.js";
import { log, log1p, softplus } from "./logarithm.js";
import { pow } from "./power.js";
import { cos, sin } from "./trigonometric.js";

/** An argument of a step. */
export interface Operand {
  /** A read of a local. */
  readonly code: Code;
  readonly lane: Lane;
  /** The value, where it is a constant of the kernel. */
  readonly constant?: number | undefined;
}

type Lower = (lanes: Lanes, a: Code, b: Code) => Code;

const SIGN = 0x80000000 | 0;
const ONE = 0x3f800000;

const FLOAT: { readonly [op in LaneOp]?: Lower } = {
  neg: (lanes, a) => v128.xor(a, lanes.bits(SIGN)), // V8 builds the mask of f32x4.neg anew each time
  abs: (lanes, a) => v128.and(a, lanes.bits(0x7fffffff)),
  sign(lanes, a) {
    const one = v128.and(f32x4.ne(a, lanes.constant(0)), lanes.bits(ONE));
    return v128.or(v128.or(v128.and(a, lanes.bits(SIGN)), one), f32x4.ne(a, a));
  },
  add: (_, a, b) => f32x4.add(a, b),
  sub: (_, a, b) => f32x4.sub(a, b),
  mul: (_, a, b) => f32x4.mul(a, b),
  div: (_, a, b) => f32x4.div(a, b),
  maximum: (_, a, b) => f32x4.max(a, b),
  minimum: (_, a, b) => f32x4.min(a, b),
  floor: (_, a) => f32x4.floor(a),
  sqrt: (_, a) => f32x4.sqrt(a),
  equal: (_, a, b) => f32x4.eq(a, b),
  less: (_, a, b) => f32x4.lt(a, b),
  lessEqual: (_, a, b) => f32x4.le(a, b),
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sigmoid,
  erf,
  softplus,
  pow,
};

const INT: { readonly [op in LaneOp]?: Lower } = {
  neg: (_, a) => i32x4.neg(a),
  abs: (_, a) => i32x4.abs(a),
  sign: (_, a) => v128.or(i32x4.shr_s(a, i32.const(31)), i32x4.shr_u(i32x4.neg(a), i32.const(31))),
  add: (_, a, b) => i32x4.add(a, b),
  sub: (_, a, b) => i32x4.sub(a, b),
  mul: (_, a, b) => i32x4.mul(a, b),
  maximum: (_, a, b) => i32x4.max_s(a, b),
  minimum: (_, a, b) => i32x4.min_s(a, b),
  equal: (_, a, b) => i32x4.eq(a, b),
  less: (_, a, b) => i32x4.lt_s(a, b),
  lessEqual: (_, a, b) => i32x4.le_s(a, b),
};

const BOOL: { readonly [op in LaneOp]?: Lower } = {
  and: (_, a, b) => v128.and(a, b),
  or: (_, a, b) => v128.or(a, b),
  not: (lanes, a) => v128.xor(a, lanes.bits(-1)),
  equal: (_, a, b) => i32x4.eq(a, b),
};

const TABLES = { float32: FLOAT, int32: INT, bool: BOOL } as const;

/** Code for one step; `lane` is the type of its result. */
export function lowerStep(lanes: Lanes, op: LaneOp, lane: Lane, args: readonly Operand[]): Code {
  const [a, b, c] = args as [Operand, Operand, Operand];
  if (op === "select") return lowerSelect(lanes, a.code, b, c);
  if (op === "cast") return lowerCast(lanes, a, lane);
  if ((op === "maximum" || op === "minimum") && a.lane === "float32") {
    // one instruction instead of eight. NaN of the other operand stays; 0 and -0 count as equal
    const pseudo = op === "maximum" ? f32x4.pmax : f32x4.pmin;
    if (isNumber(b.constant)) return pseudo(a.code, b.code);
    if (isNumber(a.constant)) return pseudo(b.code, a.code);
  }
  const lower = TABLES[a.lane][op];
  if (!lower) throw new Error(`loop kernel: no operation ${op} on ${a.lane}`);
  return lower(lanes, a.code, b?.code);
}

const isNumber = (value: number | undefined): boolean => value !== undefined && !Number.isNaN(value);

function lowerSelect(lanes: Lanes, mask: Code, a: Operand, b: Operand): Code {
  if (Object.is(b.constant, 0)) return v128.and(a.code, mask);
  if (Object.is(a.constant, 0)) return v128.andnot(b.code, mask);
  return lanes.relaxed
    ? i32x4.relaxed_laneselect(a.code, b.code, mask)
    : v128.bitselect(a.code, b.code, mask);
}

function lowerCast(lanes: Lanes, a: Operand, to: Lane): Code {
  if (a.lane === to) return a.code;
  if (to === "float32") {
    return a.lane === "int32" ? f32x4.convert_i32x4_s(a.code) : v128.and(a.code, lanes.bits(ONE));
  }
  if (to === "int32") {
    return a.lane === "float32" ? i32x4.trunc_sat_f32x4_s(a.code) : v128.and(a.code, lanes.bits(1));
  }
  return a.lane === "float32" ? f32x4.ne(a.code, lanes.constant(0)) : i32x4.ne(a.code, lanes.bits(0));
}

/** Bits of a constant of a kernel. */
export function constantBits(value: number, lane: Lane): number {
  if (lane === "int32") return value | 0;
  if (lane === "bool") return value !== 0 ? -1 : 0;
  return floatBits(value);
}

/** About how many instructions an operation takes. */
export function costOf(op: LaneOp): number {
  return COSTS[op] ?? 1;
}

const COSTS: { readonly [op in LaneOp]?: number } = {
  sign: 6,
  maximum: 3,
  minimum: 3,
  div: 3,
  sqrt: 4,
  cast: 2,
  select: 2,
  exp: 24,
  log: 34,
  log1p: 36,
  expm1: 22,
  sin: 34,
  cos: 35,
  tanh: 20,
  sigmoid: 28,
  erf: 20,
  softplus: 58,
  pow: 100,
};
