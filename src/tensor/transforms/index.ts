export { type CheckGradientsOptions, checkGradients } from "./check-gradients.js";
export { checkpoint } from "./checkpoint.js";
export { customGradient, customJvp } from "./custom.js";
export { hessian, type Jacobian, type JacobianOptions, jacobian } from "./jacobian.js";
export { jvp } from "./jvp.js";
export { type ScanOptions, scan } from "./scan.js";
export { type GradOptions, grad, hvp, valueAndGrad, vjp } from "./vjp.js";
export { type VmapOptions, vmap } from "./vmap.js";
