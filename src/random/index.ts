/** Random numbers: one splittable stream, every draw explicit. */
export { normalQuantile } from "./normal-quantile.js";
export { Rng, type RngState } from "./rng.js";
export { threefry2x32 } from "./threefry.js";
