/**
 * Reverse mode: gradients of scalar functions, cotangents of any function.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { expectFunction } from "../operand.js";
import { onesLike, zerosLike } from "../ops/create.js";
import type { MaybeTensor } from "../rules/higher-order.js";
import { sameShape, showSpec } from "../shape.js";
import { Tensor } from "../tensor.js";
import { withTrace } from "../trace.js";
import { expectSame, flatten, paths, type Structure, unflatten } from "../tree.js";
import { JvpTrace, jvp } from "./jvp.js";
import { LinearTrace } from "./linear.js";

/** Reverse mode of a function of flat lists; null stands for a zero cotangent and for what has none. */
export function vjpFlat(
  f: (args: readonly Tensor[]) => readonly Tensor[],
  primals: readonly Tensor[],
): [results: Tensor[], pullback: (cotangents: readonly MaybeTensor[]) => MaybeTensor[]] {
  return withTrace(
    (level) => new LinearTrace(level),
    (tape) =>
      withTrace(
        (level) => new JvpTrace(level, "grad", { tape, vjp: vjpFlat }),
        (tracer) => {
          const inputs = primals.map((x) => (isFloat(x.dtype) ? tape.input(x) : null));
          const duals = f(primals.map((x, i) => tracer.dual(x, inputs[i]!))).map((x) => tracer.read(x));
          const tangents = duals.map(({ tangent }) => tangent);
          return [
            duals.map(({ primal }) => primal),
            (cotangents) => tape.backward(inputs, tangents, cotangents),
          ];
        },
      ),
  );
}

/**
 * Returns f(…primals) and its pullback: the map from a cotangent of the result to cotangents of the arguments.
 *
 * Cotangents of integer and bool arguments are zeros of their type.
 */
export function vjp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  ...primals: Args
): [result: R, pullback: (cotangent: R) => Args] {
  expectFunction("vjp", f);
  const [flat, structure] = flatten(primals, "vjp: arguments");
  let resultStructure: Structure | undefined;
  const [results, pull] = vjpFlat((args) => {
    const [list, s] = flatten(f(...unflatten<Args>(structure, args)), "vjp: result");
    resultStructure = s;
    return list;
  }, flat);
  const pullback = (cotangent: R): Args => {
    const [list, cotangentStructure] = flatten(cotangent, "vjp: cotangent");
    expectSame(resultStructure!, cotangentStructure, "vjp");
    list.forEach((c, i) => {
      const result = results[i]!;
      if (!sameShape(c.shape, result.shape) || c.dtype !== result.dtype) {
        throw new ShapeError(
          `vjp: a cotangent must be like its result ${showSpec(result)}, got ${showSpec(c)}`,
        );
      }
    });
    const bars = pull(list.map((c) => (isFloat(c.dtype) ? c : null)));
    return unflatten<Args>(
      structure,
      bars.map((bar, i) => bar ?? zerosLike(flat[i]!)),
    );
  };
  return [unflatten<R>(resultStructure!, results), pullback];
}

/** With `hasAux`, the function returns `[loss, aux]`, and aux is returned beside the loss, not differentiated. */
export interface GradOptions {
  readonly hasAux?: boolean;
}

/**
 * Makes a function that returns f's value and its gradient with respect to the first argument.
 *
 * @param f returns a float scalar
 * @throws ShapeError when it returns anything else
 */
export function valueAndGrad<P, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
  options?: { readonly hasAux?: false },
): (params: P, ...rest: Rest) => [value: Tensor, gradient: P];
export function valueAndGrad<P, Rest extends readonly unknown[], Aux>(
  f: (params: P, ...rest: Rest) => readonly [Tensor, Aux],
  options: { readonly hasAux: true },
): (params: P, ...rest: Rest) => [value: [loss: Tensor, aux: Aux], gradient: P];
export function valueAndGrad<P, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => unknown,
  { hasAux = false }: GradOptions = {},
): (params: P, ...rest: Rest) => [unknown, P] {
  expectFunction("valueAndGrad", f);
  return (params, ...rest) => {
    const [flat, structure] = flatten(params, "grad: parameters");
    const wrong = flat.findIndex((x) => !isFloat(x.dtype));
    if (wrong >= 0) {
      const path = paths(structure)[wrong];
      const isState = typeof params === "object" && params !== null && "optState" in params;
      const advice = isState ? ". This is a training state: pass its params" : "";
      throw new ShapeError(
        `grad: parameters must be floats, got ${showSpec(flat[wrong]!)}${path ? ` at ${path}` : ""}${advice}`,
      );
    }
    let auxStructure: Structure | undefined;
    const [results, pull] = vjpFlat((args) => {
      const result = f(unflatten<P>(structure, args), ...rest);
      const [loss, aux] = hasAux ? (result as [unknown, unknown]) : [result, []];
      if (!(loss instanceof Tensor) || loss.rank !== 0 || !isFloat(loss.dtype)) {
        const got = loss instanceof Tensor ? showSpec(loss) : Array.isArray(loss) ? "an array" : typeof loss;
        throw new ShapeError(
          `grad: the function must return a float scalar, got ${got}. Reduce it by mean() or sum()`,
        );
      }
      const [list, s] = flatten(aux, "grad: aux");
      auxStructure = s;
      return [loss, ...list];
    }, flat);
    const bars = pull([onesLike(results[0]!), ...results.slice(1).map(() => null)]);
    const gradient = unflatten<P>(
      structure,
      bars.map((bar, i) => bar ?? zerosLike(flat[i]!)),
    );
    const value = hasAux ? [results[0]!, unflatten(auxStructure!, results.slice(1))] : results[0]!;
    return [value, gradient];
  };
}

/** Makes a function that returns the gradient of f with respect to its first argument. */
export function grad<P, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, ...rest: Rest) => P {
  expectFunction("grad", f);
  const both = valueAndGrad(f);
  return (params, ...rest) => both(params, ...rest)[1];
}

/** The product of the Hessian of f at `params` with `direction`, forward over reverse. */
export function hvp<P, Rest extends readonly unknown[]>(
  f: (params: P, ...rest: Rest) => Tensor,
  params: P,
  direction: P,
  ...rest: Rest
): P {
  expectFunction("hvp", f);
  return jvp((p: P) => grad(f)(p, ...rest), [params] as const, [direction] as const)[1] as P;
}
