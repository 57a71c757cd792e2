import { ShapeError } from "../../errors.js";
import type { TypedArray } from "../dtype.js";
import { showSpec } from "../shape.js";
import type { Tensor } from "../tensor.js";

/**
 * The elements of a tensor, where they are known.
 *
 * @throws ShapeError while a transform traces the function
 */
export function concreteData(x: Tensor, who: string): TypedArray {
  if (x.trace.level === 0) return x.payload as TypedArray;
  throw new ShapeError(
    `${who}: the value of ${showSpec(x)} is not known while ${x.trace.name} traces the function. Use select() instead of a branch, or move the branch outside`,
  );
}
