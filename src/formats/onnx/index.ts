export { exportOnnx, type OnnxOptions } from "./export.js";
