/**
 * Elementary functions of float64 that give the same bits on every machine.
 *
 * ECMAScript lets an engine compute `Math.exp` and its kin as it likes, and Node and Chromium differ in
 * the last bit. These are made of + − × ÷ √ and of rounding alone, which IEEE 754 fixes. Errors stay under
 * 2 units in the last place, but for `lgamma` (see there).
 *
 * @module
 */
export { exp, expm1, tanh } from "./math/exponential.js";
export { log, log1p } from "./math/logarithm.js";
export { pow } from "./math/power.js";
export { erf, lgamma } from "./math/special.js";
export { cos, sin } from "./math/trigonometric.js";
