/** Statistics of runs: estimates with intervals, and comparisons. */
export { type BootstrapOptions, bootstrap } from "./bootstrap.js";
export type { Evaluation } from "./evaluation.js";
export { interquartileMean, iqmEstimate } from "./iqm.js";
export { type Estimate, mean, meanEstimate, variance } from "./mean.js";
export { quantile } from "./quantile.js";
export { incompleteBeta, studentTCdf, studentTQuantile } from "./student-t.js";
export { type WelchTest, welchTest } from "./welch.js";
