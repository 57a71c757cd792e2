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
  2.046052941295784e-6, 0.0002848427975550294, 0.0037724755238741636, 0.05276906490325928,
  0.19059188663959503, 1.1283791065216064,
];
const DENOMINATOR = [
  3.804800508078188e-5, 0.0011638415744528174, 0.014983045868575573, 0.11418195813894272, 0.5022403597831726,
  1,
];

export const erf = (lanes: Lanes, x: Code): Code =>
  oddRational(lanes, clamp(lanes, x, -3.925, 3.925), NUMERATOR, DENOMINATOR);
