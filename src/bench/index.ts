/** The measured works, and how they are measured. */
export { type Agreement, compareWithPeer } from "./agreement.js";
export { kernelLabel } from "./kernel-label.js";
export { type Measurement, type MeasureOptions, measure, median, profile, Session } from "./measure.js";
export { convWork, type MetaStep, mamlWorks as works, type Sizes, sinusoidWork, type Work } from "./works.js";
