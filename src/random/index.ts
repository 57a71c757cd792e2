/** Random numbers: one splittable stream, every draw explicit. */
export { Mt19937 } from "./mt19937.js";
export { normalQuantile } from "./normal-quantile.js";
export { Rng, type RngState } from "./rng.js";
export { threefry2x32 } from "./threefry.js";
