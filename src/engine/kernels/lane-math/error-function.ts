/**
 * The error function on four lanes, as x P(x²) / Q(x²) on [-3.925, 3.925], ±1 beyond.
 *
 * The form is that of Eigen's generic_fast_erf_float; the coefficients are fitted for the smallest relative error.
 *
 * @module
 */
import type { Code } from "../../wasm/code.js";
import { clamp, oddRational } from "./exponential.js";
import type { Lanes } from "./lanes.js";

const NUMERATOR = [
  1.9869574430231296e-8, -1.9565700313251e-6, 0.000142166594741866, 0.003718989435583353,
  0.050630610436201096, 0.20036067068576813, 1.1283791065216064,
];
const DENOMINATOR = [0.0009599210461601615, 0.014389639720320702, 0.11517812311649323, 0.510896623134613, 1];

export const erf = (lanes: Lanes, x: Code): Code =>
  oddRational(lanes, clamp(lanes, x, -3.925, 3.925), NUMERATOR, DENOMINATOR);
