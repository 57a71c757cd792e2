import { namedTensors } from "../formats/index.js";
import type { Tree } from "../tensor/index.js";

/** Returns the path of a float tensor that holds NaN or infinity, if there is one. */
export function findNonFinite(state: Tree): string | undefined {
  return namedTensors(state).find(([, leaf]) => {
    return (leaf.dtype === "float32" || leaf.dtype === "float64") && !leaf.data().every(Number.isFinite);
  })?.[0];
}
