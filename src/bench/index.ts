/** The measured works, and how they are measured. */
export { type Measurement, type MeasureOptions, measure, median, profile, Session } from "./measure.js";
export { type MetaStep, mamlWorks as works, type Work } from "./works.js";
