/**
 * WebAssembly instructions as composable values.
 *
 * A `Code` appends its instructions to a byte buffer. Operands come first, as arguments, so that a kernel
 * reads as an expression: `f32x4.add(v128.load(a), v128.load(b))`.
 *
 * Source: WebAssembly core specification 2.0 (binary format), SIMD and relaxed-SIMD proposals.
 *
 * @module
 */

import type { Bytes } from "./bytes.js";

/** Instructions; an expression leaves its value on the stack, a statement leaves nothing. */
export type Code = (out: Bytes) => void;

export type ValueType = "i32" | "i64" | "f32" | "v128";
export const VALUE_TYPES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  v128: 0x7b,
};

/** A local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
  readonly get: Code;
  set(value: Code): Code;
  tee(value: Code): Code;
}

/** Runs one code after another. */
export const sequence =
  (...codes: readonly Code[]): Code =>
  (out) => {
    for (const code of codes) code(out);
  };

const plain =
  (...opcode: readonly number[]) =>
  (...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out.byte(...opcode);
  };

/** An instruction of the SIMD page: prefix 0xfd and a LEB128 opcode. */
const simd =
  (opcode: number) =>
  (...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out.byte(0xfd).u32(opcode);
  };

/** Alignment hints are log2 of bytes; offsets are bytes and must not be negative. */
const memory =
  (opcode: readonly number[], align: number) =>
  (offset: number, ...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out
      .byte(...opcode)
      .u32(align)
      .u32(offset);
  };

const simdLoad =
  (opcode: number, align: number) =>
  (address: Code, offset = 0): Code =>
    memory([0xfd, opcode], align)(offset, address);

const lane =
  (opcode: number) =>
  (index: number, ...operands: readonly Code[]): Code =>
  (out) => {
    for (const operand of operands) operand(out);
    out.byte(0xfd).u32(opcode).byte(index);
  };

export const i32 = {
  const:
    (value: number): Code =>
    (out) =>
      out.byte(0x41).s32(value),
  load: (address: Code, offset = 0): Code => memory([0x28], 2)(offset, address),
  store: (address: Code, value: Code, offset = 0): Code => memory([0x36], 2)(offset, address, value),
  eqz: plain(0x45),
  eq: plain(0x46),
  ne: plain(0x47),
  lt_s: plain(0x48),
  lt_u: plain(0x49),
  gt_s: plain(0x4a),
  gt_u: plain(0x4b),
  le_s: plain(0x4c),
  le_u: plain(0x4d),
  ge_s: plain(0x4e),
  ge_u: plain(0x4f),
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  div_s: plain(0x6d),
  and: plain(0x71),
  or: plain(0x72),
  xor: plain(0x73),
  shl: plain(0x74),
  shr_s: plain(0x75),
  shr_u: plain(0x76),
  trunc_sat_f32_s: plain(0xfc, 0x00),
  reinterpret_f32: plain(0xbc),
} as const;

export const i64 = {
  /** A constant of 32 bits, with a sign. */
  const:
    (value: number): Code =>
    (out) =>
      out.byte(0x42).s32(value),
  load: (address: Code, offset = 0): Code => memory([0x29], 2)(offset, address),
  store: (address: Code, value: Code, offset = 0): Code => memory([0x37], 2)(offset, address, value),
  lt_s: plain(0x53),
  or: plain(0x84),
  shl: plain(0x86),
  extend_i32_s: plain(0xac),
  extend_i32_u: plain(0xad),
} as const;

/** Words that threads share. Each is read and written whole, in one order that all threads agree on. */
export const atomic = {
  load: (address: Code, offset = 0): Code => memory([0xfe, 0x10], 2)(offset, address),
  store: (address: Code, value: Code, offset = 0): Code => memory([0xfe, 0x17], 2)(offset, address, value),
  /** Adds to a word; its value is what was there before. */
  add: (address: Code, value: Code, offset = 0): Code => memory([0xfe, 0x1e], 2)(offset, address, value),
  /**
   * Sleeps while a word is `expected`, for at most so many milliseconds. Its value is 2 when they are over. The
   * memory must be shared.
   */
  wait:
    (address: Code, expected: Code, milliseconds: Code, offset = 0): Code =>
    (out) => {
      const nanoseconds: Code = (o) => {
        milliseconds(o);
        o.byte(0xad, 0x42).s32(1_000_000).byte(0x7e); // i64.extend_i32_u, i64.const, i64.mul
      };
      memory([0xfe, 0x01], 2)(offset, address, expected, nanoseconds)(out);
    },
  /** Wakes all that sleep on a word; its value is their number. */
  notify: (address: Code, offset = 0): Code => memory([0xfe, 0x00], 2)(offset, address, i32.const(-1)),
} as const;

/** Leaves the value of an expression unused. */
export const drop = plain(0x1a);

/** Leaves the function. */
export const leave: Code = (out) => out.byte(0x0f);

export const f32 = {
  const:
    (value: number): Code =>
    (out) =>
      out.byte(0x43).f32(value),
  load: (address: Code, offset = 0): Code => memory([0x2a], 2)(offset, address),
  store: (address: Code, value: Code, offset = 0): Code => memory([0x38], 2)(offset, address, value),
  eq: plain(0x5b),
  ne: plain(0x5c),
  lt: plain(0x5d),
  gt: plain(0x5e),
  le: plain(0x5f),
  ge: plain(0x60),
  abs: plain(0x8b),
  neg: plain(0x8c),
  sqrt: plain(0x91),
  add: plain(0x92),
  sub: plain(0x93),
  mul: plain(0x94),
  div: plain(0x95),
  min: plain(0x96),
  max: plain(0x97),
  convert_i32_s: plain(0xb2),
  reinterpret_i32: plain(0xbe),
} as const;

export const v128 = {
  load: simdLoad(0x00, 2),
  load32_splat: simdLoad(0x09, 2),
  /** Lane 0 from memory, the others zero. */
  load32_zero: simdLoad(0x5c, 2),
  load64_zero: simdLoad(0x5d, 2),
  store: (address: Code, value: Code, offset = 0): Code => memory([0xfd, 0x0b], 2)(offset, address, value),
  /** Replaces one lane of `value` by the word at the address. */
  load32_lane:
    (index: number, address: Code, value: Code, offset = 0): Code =>
    (out) => {
      memory([0xfd, 0x56], 2)(offset, address, value)(out);
      out.byte(index);
    },
  store32_lane:
    (index: number, address: Code, value: Code, offset = 0): Code =>
    (out) => {
      memory([0xfd, 0x5a], 2)(offset, address, value)(out);
      out.byte(index);
    },
  /** Stores lanes 2 · `index` and 2 · `index` + 1. */
  store64_lane:
    (index: number, address: Code, value: Code, offset = 0): Code =>
    (out) => {
      memory([0xfd, 0x5b], 2)(offset, address, value)(out);
      out.byte(index);
    },
  not: simd(0x4d),
  and: simd(0x4e),
  andnot: simd(0x4f),
  or: simd(0x50),
  xor: simd(0x51),
  /** `bitselect(a, b, mask)`: a where the mask's bits are 1, else b. */
  bitselect: simd(0x52),
  any_true: simd(0x53),
  const:
    (lanes: readonly [number, number, number, number]): Code =>
    (out) => {
      out.byte(0xfd).u32(0x0c);
      for (const bits of lanes) out.word(bits);
    },
  /** Picks 16 bytes out of the 32 of two vectors; given as four 32-bit lane numbers 0..7. */
  shuffle32:
    (lanes: readonly [number, number, number, number], a: Code, b: Code): Code =>
    (out) => {
      a(out);
      b(out);
      out.byte(0xfd).u32(0x0d);
      for (const l of lanes) out.byte(4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3);
    },
} as const;

export const i32x4 = {
  splat: simd(0x11),
  extract_lane: lane(0x1b),
  replace_lane: lane(0x1c),
  eq: simd(0x37),
  ne: simd(0x38),
  lt_s: simd(0x39),
  gt_s: simd(0x3b),
  le_s: simd(0x3d),
  ge_s: simd(0x3f),
  abs: simd(0xa0),
  neg: simd(0xa1),
  shl: simd(0xab),
  shr_s: simd(0xac),
  shr_u: simd(0xad),
  add: simd(0xae),
  sub: simd(0xb1),
  mul: simd(0xb5),
  min_s: simd(0xb6),
  max_s: simd(0xb8),
  trunc_sat_f32x4_s: simd(0xf8),
  /** `bitselect` for masks whose lanes are all zeros or all ones; one instruction. Relaxed SIMD. */
  relaxed_laneselect: simd(0x10b),
} as const;

export const f32x4 = {
  splat: simd(0x13),
  extract_lane: lane(0x1f),
  replace_lane: lane(0x20),
  eq: simd(0x41),
  ne: simd(0x42),
  lt: simd(0x43),
  gt: simd(0x44),
  le: simd(0x45),
  ge: simd(0x46),
  ceil: simd(0x67),
  floor: simd(0x68),
  trunc: simd(0x69),
  nearest: simd(0x6a),
  abs: simd(0xe0),
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  min: simd(0xe8),
  max: simd(0xe9),
  /** `pmin(a, b)` = b < a ? b : a. */
  pmin: simd(0xea),
  /** `pmax(a, b)` = a < b ? b : a. */
  pmax: simd(0xeb),
  convert_i32x4_s: simd(0xfa),
  /** a * b + c, fused or not as the machine likes. Relaxed SIMD. */
  relaxed_madd: simd(0x105),
  /** -(a * b) + c. Relaxed SIMD. */
  relaxed_nmadd: simd(0x106),
} as const;

/** `memory.fill(address, byte, count)`. */
export const memoryFill = (address: Code, value: Code, count: Code): Code =>
  plain(0xfc, 0x0b, 0x00)(address, value, count);

export const globalGet =
  (index: number): Code =>
  (out) =>
    out.byte(0x23).u32(index);

/** `select(a, b, condition)`: a if the condition is not zero, else b. Scalars only. */
export const select = plain(0x1b);

export const call =
  (functionIndex: number, ...args: readonly Code[]): Code =>
  (out) => {
    for (const arg of args) arg(out);
    out.byte(0x10).u32(functionIndex);
  };

/** `if (condition) { body } else { otherwise }`. */
export const when =
  (condition: Code, body: Code, otherwise?: Code): Code =>
  (out) => {
    condition(out);
    out.byte(0x04, 0x40);
    body(out);
    if (otherwise) {
      out.byte(0x05);
      otherwise(out);
    }
    out.byte(0x0b);
  };

/**
 * `while (condition) { body }`.
 *
 * The exit is tested at the top: a loop tested at the bottom makes V8 11 hoist the loads of the body above
 * its multiply-adds and spill (2 times slower matrix products).
 */
export const loopWhile =
  (condition: Code, body: Code): Code =>
  (out) => {
    out.byte(0x02, 0x40, 0x03, 0x40); // block, loop
    condition(out);
    out.byte(0x45, 0x0d, 0x01); // i32.eqz, br_if 1
    body(out);
    out.byte(0x0c, 0x00, 0x0b, 0x0b); // br 0, end, end
  };

/**
 * `loopWhile` that V8 does not unroll.
 *
 * V8 11 unrolls an innermost loop of up to 50 graph nodes per level of nesting, and a body that fills the
 * registers then spills (2 times slower matrix products). A loop that never runs makes the outer one not innermost
 * when that is decided; it leaves no machine code.
 */
export const rolledWhile = (condition: Code, body: Code): Code =>
  loopWhile(
    condition,
    sequence((out) => out.byte(0x41, 0x00, 0x04, 0x40, 0x03, 0x40, 0x0b, 0x0b), body), // if (0) { loop {} }
  );
