/**
 * Tensors, trees of tensors, operations and transforms; computed at once by the eager reference.
 *
 * @module
 */
export type { DType, TypedArray } from "./dtype.js";
export * from "./ops/index.js";
export { evalProgram, type Program, showProgram, trace } from "./program.js";
export { expectShape, type Shape, type Spec } from "./shape.js";
export { Tensor, type TensorLike } from "./tensor.js";
export * from "./transforms/index.js";
export type { Params, Tree } from "./tree.js";
export * as tree from "./tree.js";
