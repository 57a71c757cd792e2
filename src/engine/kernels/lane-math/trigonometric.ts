/**
 * Sine and cosine on four lanes.
 *
 * x = q π/2 + r, |r| <= π/4, with π/2 in parts so short that q times a part is exact for |x| <= 8192. Beyond,
 * the result is that of an argument a few ulp off, and beyond 6·10⁶ only its range [-1, 1] means something.
 *
 * Source: S. Moshier, Cephes 2.2, single/sinf.c (polynomials).
 *
 * @module
 */
import { type Code, f32x4, i32, i32x4, v128 } from "../../wasm/code.js";
import type { Lanes } from "./lanes.js";

const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
const MAGIC = 12582912; // 1.5 · 2²³: adding it rounds to an integer, found in the low bits

/** π/4, and what the rounding of q may add to |r| for |x| <= 8192. */
const BOUND = 0.7864;
const HALF_PI_PARTS = halfPiParts();

/** π/2 as three numbers of 11 bits and the rest. */
function halfPiParts(): number[] {
  let rest = Math.PI / 2;
  const parts: number[] = [];
  for (let i = 0; i < 3; i++) {
    let unit = 2;
    while (unit > rest) unit /= 2;
    unit /= 1024; // of the last of 11 bits
    const part = Math.floor(rest / unit) * unit;
    parts.push(part);
    rest -= part;
  }
  return [...parts, rest + 6.123233995736766e-17]; // what float64 has lost of π/2
}

export const sin = (lanes: Lanes, x: Code): Code => shifted(lanes, x, 0);
export const cos = (lanes: Lanes, x: Code): Code => shifted(lanes, x, 1);

/** sin(x + quarters · π/2). */
function shifted(lanes: Lanes, x: Code, quarters: number): Code {
  const magic = lanes.constant(MAGIC);
  const sum = lanes.madd(x, lanes.constant(2 / Math.PI), magic);
  const q = lanes.let(f32x4.sub(sum, magic));
  let r = x;
  for (const part of HALF_PI_PARTS) r = lanes.let(f32x4.sub(r, f32x4.mul(q, lanes.constant(part))));
  r = lanes.let(f32x4.pmax(f32x4.pmin(r, lanes.constant(BOUND)), lanes.constant(-BOUND)));

  const z = lanes.let(f32x4.mul(r, r));
  const sine = lanes.madd(lanes.let(f32x4.mul(lanes.polynomial(z, SIN), z)), r, r);
  const tail = lanes.let(f32x4.mul(lanes.polynomial(z, COS), z));
  const cosine = lanes.let(
    f32x4.add(f32x4.sub(f32x4.mul(tail, z), f32x4.mul(z, lanes.constant(0.5))), lanes.constant(1)),
  );
  const quarter = quarters === 0 ? sum : lanes.let(i32x4.add(sum, lanes.bits(quarters)));
  const odd = i32x4.shr_s(i32x4.shl(quarter, i32.const(31)), i32.const(31));
  const negative = i32x4.shl(i32x4.shr_u(quarter, i32.const(1)), i32.const(31));
  return lanes.let(v128.xor(v128.bitselect(cosine, sine, odd), negative));
}
