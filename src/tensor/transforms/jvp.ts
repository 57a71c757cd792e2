/**
 * Forward mode: values and tangents side by side.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { expectFunction } from "../operand.js";
import { zerosLike } from "../ops/create.js";
import { add } from "../ops/elementwise.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { type DerivativeRule, derivatives } from "../rules/derivatives.js";
import type { JvpFlat, MaybeTensor, VjpFlat } from "../rules/higher-order.js";
import { type Spec, sameShape, showSpec } from "../shape.js";
import { Tensor } from "../tensor.js";
import { bind, type Trace, withTrace } from "../trace.js";
import { expectSame, flatten, unflatten } from "../tree.js";
import type { LinearTrace } from "./linear.js";

/** What the interpreter knows of a tensor; no tangent means that it does not depend on the inputs. */
interface Dual {
  readonly primal: Tensor;
  readonly tangent: MaybeTensor;
}

/** What makes reverse mode of forward mode: tangents are linear tensors of a tape. */
export interface Reverse {
  readonly tape: LinearTrace;
  /** For rules that differentiate a function in reverse. */
  readonly vjp: VjpFlat;
}

/** Carries tangents along. */
export class JvpTrace implements Trace {
  readonly level: number;
  readonly name: string;
  readonly #reverse: Reverse | null;

  constructor(level: number, name: string, reverse: Reverse | null = null) {
    this.level = level;
    this.name = name;
    this.#reverse = reverse;
  }

  dual(primal: Tensor, tangent: MaybeTensor): Tensor {
    return new Tensor(primal.shape, primal.dtype, this, { primal, tangent } satisfies Dual);
  }

  lift(x: Tensor): Tensor {
    return this.dual(x, null);
  }

  /** Primal and tangent of any tensor that the function returned. */
  read(x: Tensor): Dual {
    return x.trace === this ? (x.payload as Dual) : { primal: x, tangent: null };
  }

  process<P extends Primitive>(
    primitive: P,
    inputs: readonly Tensor[],
    params: PrimitiveParams[P],
    specs: readonly Spec[],
  ): Tensor[] {
    const primals = inputs.map((x) => (x.payload as Dual).primal);
    const tangents = inputs.map((x) => (x.payload as Dual).tangent);
    const rule: DerivativeRule<P> = derivatives[primitive];
    if (rule.kind === "constant" || tangents.every((t) => t === null)) {
      return bind(primitive, primals, params).map((x) => this.lift(x));
    }
    if (rule.kind === "higherOrder") {
      const moving = tangents.map((t) => t !== null);
      const reversed = this.#reverse ? rule.reverse(primals, params, moving, this.#reverse.vjp) : null;
      if (reversed) {
        const [results, pullback] = reversed;
        const moved = this.#reverse!.tape.record(specs, tangents, pullback);
        return results.map((x, i) => this.dual(x, isFloat(x.dtype) ? moved[i]! : null));
      }
      const [results, moved] = rule.forward(primals, tangents, params, jvpFlat);
      return results.map((x, i) => this.dual(x, moved[i]!));
    }
    const result = bind(primitive, primals, params)[0]!;
    return [
      this.dual(
        result,
        isFloat(result.dtype) ? tangentOf(primitive, rule, primals, tangents, result, params) : null,
      ),
    ];
  }
}

function tangentOf<P extends Primitive>(
  primitive: P,
  rule: Exclude<DerivativeRule<P>, { kind: "higherOrder" | "constant" }>,
  primals: readonly Tensor[],
  tangents: readonly MaybeTensor[],
  result: Tensor,
  params: PrimitiveParams[P],
): MaybeTensor {
  if (rule.kind === "linear") {
    const takesPart = (i: number) => typeof rule.transpose === "function" || rule.transpose[i] !== null;
    const operands = primals.map((x, i) => (takesPart(i) ? (tangents[i] ?? zerosLike(x)) : x));
    return bind(primitive, operands, params)[0]!;
  }
  let total: MaybeTensor = null;
  tangents.forEach((t, i) => {
    if (t === null) return;
    const term =
      rule.kind === "smooth"
        ? (rule.jvp[i]?.(t, primals, result, params) ?? null)
        : bind(
            primitive,
            primals.map((x, j) => (j === i ? t : x)),
            params,
          )[0]!;
    if (term !== null) total = total === null ? term : add(total, term);
  });
  return total;
}

/** Forward mode of a function of flat lists; null stands for a zero tangent. */
export const jvpFlat: JvpFlat = (f, primals, tangents) =>
  withTrace(
    (level) => new JvpTrace(level, "jvp"),
    (tracer) => {
      const duals = f(primals.map((x, i) => tracer.dual(x, tangents[i]!))).map((x) => tracer.read(x));
      return [duals.map(({ primal }) => primal), duals.map(({ tangent }) => tangent)];
    },
  );

/**
 * Returns f(…primals) and its derivative in the direction of `tangents`.
 *
 * @param tangents trees built as the primals, floats of the same shapes
 */
export function jvp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  primals: Args,
  tangents: Args,
): [result: R, tangent: R] {
  expectFunction("jvp", f);
  const [flat, structure] = flatten(primals, "jvp: primals");
  const [moves, moveStructure] = flatten(tangents, "jvp: tangents");
  expectSame(structure, moveStructure, "jvp");
  moves.forEach((t, i) => {
    const x = flat[i]!;
    if (!sameShape(t.shape, x.shape) || t.dtype !== x.dtype) {
      throw new ShapeError(`jvp: a tangent must be like its primal ${showSpec(x)}, got ${showSpec(t)}`);
    }
  });
  let shape: ReturnType<typeof flatten>[1] | undefined;
  const [results, resultTangents] = jvpFlat(
    (args) => {
      const [list, s] = flatten(f(...unflatten<Args>(structure, args)), "jvp: result");
      shape = s;
      return list;
    },
    flat,
    moves.map((t) => (isFloat(t.dtype) ? t : null)),
  );
  const dense = resultTangents.map((t, i) => t ?? zerosLike(results[i]!));
  return [unflatten<R>(shape!, results), unflatten<R>(shape!, dense)];
}
