/** Probability distributions of actions and targets. */
export { type Bernoulli, bernoulli } from "./bernoulli.js";
export { type Categorical, categorical } from "./categorical.js";
export type { ClosedForm, Distribution } from "./distribution.js";
export { type Gaussian, gaussian } from "./gaussian.js";
export { type TanhGaussian, tanhGaussian } from "./tanh-gaussian.js";
