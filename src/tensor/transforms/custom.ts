/**
 * Functions with derivatives of the user's own.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { zerosLike } from "../ops/create.js";
import type { CustomParams } from "../primitives.js";
import { trace } from "../program.js";
import { sameShape, showSpec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind } from "../trace.js";
import { expectSame, flatten, type Structure, unflatten } from "../tree.js";

type Flat = readonly Tensor[];

/**
 * Makes a function whose tangent is given: `tangent(primals, tangents)` returns f's derivative.
 *
 * Works in forward mode, and in reverse mode too, by transposition, as long as the rule is linear in the
 * tangents. Higher derivatives differentiate the rule. What is differentiated must be an argument, not closed over.
 */
export function customJvp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  tangent: (primals: Args, tangents: Args) => R,
): (...args: Args) => R {
  return withRule("customJvp", f, (structure, resultStructure) => ({
    jvp: (primals: Flat, tangents: Flat) => {
      const result = tangent(unflatten<Args>(structure, primals), unflatten<Args>(structure, tangents));
      return leavesLike(result, resultStructure(), "customJvp: tangent");
    },
  }));
}

/**
 * Makes a function whose gradient is given.
 *
 * `forward` returns the result and whatever the backward pass needs; `backward(residuals, cotangent)` returns
 * the cotangents of the arguments, as an array. Refuses forward mode. Higher reverse derivatives differentiate
 * `forward` and `backward`. What is differentiated must be an argument, not closed over.
 */
export function customGradient<Args extends readonly unknown[], R, Residuals>(
  forward: (...args: Args) => readonly [result: R, residuals: Residuals],
  backward: (residuals: Residuals, cotangent: R) => Args,
): (...args: Args) => R {
  const f = (...args: Args) => forward(...args)[0];
  return withRule("customGradient", f, (structure, resultStructure) => ({
    vjp: (primals: Flat) => {
      const [result, residuals] = forward(...unflatten<Args>(structure, primals));
      const pullback = (cotangents: Flat) => {
        const bars = backward(residuals, unflatten<R>(resultStructure(), cotangents));
        const list = leavesLike(bars, structure, "customGradient: backward");
        return list.map((bar, i) => likePrimal(bar, primals[i]!));
      };
      return [flatten(result)[0], pullback];
    },
  }));
}

function withRule<Args extends readonly unknown[], R>(
  who: string,
  f: (...args: Args) => R,
  rule: (structure: Structure, resultStructure: () => Structure) => Pick<CustomParams, "jvp" | "vjp">,
): (...args: Args) => R {
  return (...args) => {
    const [flat, structure] = flatten(args, `${who}: arguments`);
    let resultStructure: Structure | undefined;
    const { program, captures } = trace(
      (list) => {
        const [leaves, s] = flatten(f(...unflatten<Args>(structure, list)), `${who}: result`);
        resultStructure = s;
        return leaves;
      },
      flat,
      who,
    );
    const params: CustomParams = {
      body: program,
      numArgs: flat.length,
      ...rule(structure, () => resultStructure!),
    };
    return unflatten<R>(resultStructure!, bind("custom", [...flat, ...captures], params));
  };
}

function leavesLike(tree: unknown, structure: Structure, who: string): Tensor[] {
  const [list, got] = flatten(tree, who);
  expectSame(structure, got, who);
  return list;
}

function likePrimal(bar: Tensor, primal: Tensor): Tensor {
  if (!isFloat(primal.dtype)) return zerosLike(primal);
  if (!sameShape(bar.shape, primal.shape) || bar.dtype !== primal.dtype) {
    throw new ShapeError(
      `customGradient: a cotangent must be like its argument ${showSpec(primal)}, got ${showSpec(bar)}`,
    );
  }
  return bar;
}
