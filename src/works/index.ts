/** The measured works, and how they are measured. */
export { type Agreement, compareWithPeer } from "./agreement.js";
export { type EnvMeasurement, measureEnv } from "./envs.js";
export { type HotKernel, hotKernels } from "./hot-kernels.js";
export { type Measurement, type MeasureOptions, measure, median, Session } from "./measure.js";
export {
  convWork,
  type MetaStep,
  mamlWorks as works,
  type Sizes,
  sinusoidWork,
  type Work,
} from "./meta-steps.js";
