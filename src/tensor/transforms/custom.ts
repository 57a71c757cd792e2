/**
 * Functions with derivatives of the user's own.
 *
 * Function and rule are traced into closed programs: what they close over, such as a task's data, becomes an operand
 * behind the arguments. So they stand under any transform, and what is closed over is differentiated as in the plain
 * function; the rule is for the arguments.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { expectFunction } from "../operand.js";
import { zerosLike } from "../ops/create.js";
import type { CustomParams } from "../primitives.js";
import { type Program, trace, variable } from "../program.js";
import { sameShape, showSpec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind } from "../trace.js";
import { expectSame, flatten, type Structure, unflatten } from "../tree.js";

type Flat = readonly Tensor[];
type Traced = ReturnType<typeof trace>;

/**
 * Makes a function whose tangent is given: `tangent(primals, tangents)` returns f's derivative.
 *
 * Works in forward mode, and in reverse mode too, by transposition, as long as the rule is linear in the
 * tangents. Higher derivatives differentiate the rule. Both may close over tensors; with respect to these, f is
 * differentiated as if it had no rule.
 */
export function customJvp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  tangent: (primals: Args, tangents: Args) => R,
): (...args: Args) => R {
  expectFunction("customJvp", f);
  return (...args) => {
    const [flat, structure] = flatten(args, "customJvp: arguments");
    let resultStructure: Structure | undefined;
    const body = trace(
      (list) => {
        const [leaves, s] = flatten(f(...unflatten<Args>(structure, list)), "customJvp: result");
        resultStructure = s;
        return leaves;
      },
      flat,
      "customJvp",
    );
    const rule = trace(
      (list) => {
        const [primals, tangents] = [list.slice(0, flat.length), list.slice(flat.length)];
        const result = tangent(unflatten<Args>(structure, primals), unflatten<Args>(structure, tangents));
        return leavesLike(result, resultStructure!, "customJvp: tangent");
      },
      [...flat, ...flat],
      "customJvp",
    );
    const captures = [...new Set([...body.captures, ...rule.captures])];
    const params: CustomParams = {
      body: closed(body, captures),
      numArgs: flat.length,
      jvp: closed(rule, captures),
    };
    return unflatten<R>(resultStructure!, bind("custom", [...flat, ...captures], params));
  };
}

/**
 * Makes a function whose gradient is given.
 *
 * `forward` returns the result and whatever the backward pass needs; `backward(residuals, cotangent)` returns
 * the cotangents of the arguments, as an array. Refuses forward mode. Higher reverse derivatives differentiate
 * `forward` and `backward`. Both may close over tensors; with respect to these, the result of `forward` is
 * differentiated as if it had no rule.
 */
export function customGradient<Args extends readonly unknown[], R, Residuals>(
  forward: (...args: Args) => readonly [result: R, residuals: Residuals],
  backward: (residuals: Residuals, cotangent: R) => Args,
): (...args: Args) => R {
  expectFunction("customGradient", forward);
  return (...args) => {
    const [flat, structure] = flatten(args, "customGradient: arguments");
    let resultStructure: Structure | undefined;
    let numResults = 0;
    let pull: Program | undefined;
    const ahead = trace(
      (list) => {
        const [result, residuals] = forward(...unflatten<Args>(structure, list));
        const [leaves, s] = flatten(result, "customGradient: result");
        const back = (cotangents: Flat) => {
          const bars = backward(residuals, unflatten<R>(s, cotangents));
          const bare = leavesLike(bars, structure, "customGradient: backward");
          return bare.map((bar, i) => likePrimal(bar, flat[i]!));
        };
        // traced in here, so that it captures what it needs of `forward`, whatever form the residuals have
        const { program, captures } = trace(back, leaves, "customGradient");
        [resultStructure, numResults, pull] = [s, leaves.length, program];
        return [...leaves, ...captures];
      },
      flat,
      "customGradient",
    );
    const params: CustomParams = {
      body: { ...ahead.program, outputs: ahead.program.outputs.slice(0, numResults) },
      numArgs: flat.length,
      vjp: { forward: ahead.program, backward: pull! },
    };
    return unflatten<R>(resultStructure!, bind("custom", [...flat, ...ahead.captures], params));
  };
}

/** The program with all that is closed over as its last inputs, in this order. */
function closed({ program, captures }: Traced, all: Flat): Program {
  const own = program.inputs.slice(0, program.inputs.length - captures.length);
  const known = new Map(captures.map((x, i) => [x, program.inputs[own.length + i]!]));
  return { ...program, inputs: [...own, ...all.map((x) => known.get(x) ?? variable(x))] };
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
