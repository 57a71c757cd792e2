/**
 * Every step of a loop kernel's expression as code on four lanes.
 *
 * Only + - × ÷ √ and bits: the SIMD build gives the same bits on every machine (but for the payloads of NaNs).
 *
 * @module
 */
import type { ElementwiseOn, OperandTypes } from "../../../tensor/elementwise.js";
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
/** About how many instructions it takes, and the code. */
type Emitter = readonly [cost: number, lower: Lower];
/** Every element-wise primitive on such operands; `select` and `cast` are on any, and stand below. */
type Emitters<T extends OperandTypes> = { readonly [op in ElementwiseOn<T>]: Emitter };

const SIGN = 0x80000000 | 0;
const ONE = 0x3f800000;

const FLOAT: Emitters<"float" | "float or int32"> = {
  neg: [1, (lanes, a) => v128.xor(a, lanes.bits(SIGN))], // V8 builds the mask of f32x4.neg anew each time
  abs: [1, (lanes, a) => v128.and(a, lanes.bits(0x7fffffff))],
  sign: [
    6,
    (lanes, a) => {
      const one = v128.and(f32x4.ne(a, lanes.constant(0)), lanes.bits(ONE));
      return v128.or(v128.or(v128.and(a, lanes.bits(SIGN)), one), f32x4.ne(a, a));
    },
  ],
  add: [1, (_, a, b) => f32x4.add(a, b)],
  sub: [1, (_, a, b) => f32x4.sub(a, b)],
  mul: [1, (_, a, b) => f32x4.mul(a, b)],
  maximum: [3, (_, a, b) => f32x4.max(a, b)],
  minimum: [3, (_, a, b) => f32x4.min(a, b)],
  div: [3, (_, a, b) => f32x4.div(a, b)],
  pow: [100, pow],
  floor: [1, (_, a) => f32x4.floor(a)],
  sqrt: [4, (_, a) => f32x4.sqrt(a)],
  exp: [24, exp],
  log: [34, log],
  log1p: [36, log1p],
  expm1: [22, expm1],
  sin: [34, sin],
  cos: [35, cos],
  tanh: [20, tanh],
  sigmoid: [28, sigmoid],
  erf: [20, erf],
  softplus: [58, softplus],
  equal: [1, (_, a, b) => f32x4.eq(a, b)],
  less: [1, (_, a, b) => f32x4.lt(a, b)],
  lessEqual: [1, (_, a, b) => f32x4.le(a, b)],
};

const INT: Emitters<"float or int32"> = {
  neg: [1, (_, a) => i32x4.neg(a)],
  abs: [1, (_, a) => i32x4.abs(a)],
  sign: [6, (_, a) => v128.or(i32x4.shr_s(a, i32.const(31)), i32x4.shr_u(i32x4.neg(a), i32.const(31)))],
  add: [1, (_, a, b) => i32x4.add(a, b)],
  sub: [1, (_, a, b) => i32x4.sub(a, b)],
  mul: [1, (_, a, b) => i32x4.mul(a, b)],
  maximum: [3, (_, a, b) => i32x4.max_s(a, b)],
  minimum: [3, (_, a, b) => i32x4.min_s(a, b)],
  equal: [1, (_, a, b) => i32x4.eq(a, b)],
  less: [1, (_, a, b) => i32x4.lt_s(a, b)],
  lessEqual: [1, (_, a, b) => i32x4.le_s(a, b)],
};

const BOOL: Emitters<"bool"> = {
  and: [1, (_, a, b) => v128.and(a, b)],
  or: [1, (_, a, b) => v128.or(a, b)],
  not: [1, (lanes, a) => v128.xor(a, lanes.bits(-1))],
};

const ANY_TYPE = { ...BOOL, ...FLOAT };
const TABLES: Readonly<Record<Lane, { readonly [op in LaneOp]?: Emitter }>> = {
  float32: FLOAT,
  int32: INT,
  bool: BOOL,
};

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
  const emitter = TABLES[a.lane][op];
  if (!emitter) throw new Error(`loop kernel: no operation ${op} on ${a.lane}`);
  return emitter[1](lanes, a.code, b?.code);
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
  if (op === "select" || op === "cast") return 2;
  return ANY_TYPE[op][0];
}
