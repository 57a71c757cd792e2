import { expectFunction } from "../operand.js";
import { trace } from "../program.js";
import type { Tensor } from "../tensor.js";
import { bind } from "../trace.js";
import { flatten, type Structure, unflatten } from "../tree.js";

/**
 * Makes a function that computes the same, but keeps only its arguments for the backward pass and computes the
 * rest again there: memory for time.
 */
export function checkpoint<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
): (...args: Args) => R {
  expectFunction("checkpoint", f);
  return (...args) => {
    const [flat, structure] = flatten(args, "checkpoint: arguments");
    let resultStructure: Structure | undefined;
    const { program, captures } = trace(
      (list: readonly Tensor[]) => {
        const [leaves, s] = flatten(f(...unflatten<Args>(structure, list)), "checkpoint: result");
        resultStructure = s;
        return leaves;
      },
      flat,
      "checkpoint",
    );
    return unflatten<R>(resultStructure!, bind("checkpoint", [...flat, ...captures], { body: program }));
  };
}
