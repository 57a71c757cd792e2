/**
 * Vectorisation: one program for many tasks.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { expectFunction } from "../operand.js";
import { broadcastTo } from "../ops/elementwise.js";
import { moveAxis } from "../ops/structure.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { type Batched, batching, type VmapFlat } from "../rules/batching.js";
import { normalizeAxis, type Spec, showSpec } from "../shape.js";
import { Tensor } from "../tensor.js";
import { type Trace, withTrace } from "../trace.js";
import { flatten, type Structure, unflatten } from "../tree.js";

/** Computes a whole batch at once; its tensors show the shape of one element. */
class BatchTrace implements Trace {
  readonly level: number;
  readonly name = "vmap";
  readonly size: number;

  constructor(level: number, size: number) {
    this.level = level;
    this.size = size;
  }

  wrap(value: Tensor): Tensor {
    return new Tensor(value.shape.slice(1), value.dtype, this, { value, batched: true } satisfies Batched);
  }

  lift(x: Tensor): Tensor {
    return new Tensor(x.shape, x.dtype, this, { value: x, batched: false } satisfies Batched);
  }

  process<P extends Primitive>(
    primitive: P,
    inputs: readonly Tensor[],
    params: PrimitiveParams[P],
    _specs: readonly Spec[],
  ): Tensor[] {
    const operands = inputs.map((x) => x.payload as Batched);
    return batching[primitive](operands, params, this.size, vmapFlat).map((x) => this.wrap(x));
  }

  /** The whole batch, with its axis in front. */
  unwrap(x: Tensor): Tensor {
    const { value, batched } = x.trace === this ? (x.payload as Batched) : { value: x, batched: false };
    return batched ? value : broadcastTo(value, [this.size, ...value.shape]);
  }
}

/** `vmap` of a function of flat lists; batch axes are in front. */
export const vmapFlat: VmapFlat = (f, args, size) =>
  withTrace(
    (level) => new BatchTrace(level, size),
    (tracer) =>
      f(args.map(({ value, batched }) => (batched ? tracer.wrap(value) : value))).map((x) =>
        tracer.unwrap(x),
      ),
  );

export interface VmapOptions {
  /** Axis to map over, per argument; null: the same for all. Default: 0 for each. */
  readonly axes?: readonly (number | null)[];
}

/**
 * Makes a function that applies f to every element along an axis of its arguments, all at once.
 *
 * Results have the mapped axis in front.
 *
 * @throws ShapeError when the mapped axes differ in size, or none is mapped
 */
export function vmap<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  { axes }: VmapOptions = {},
): (...args: Args) => R {
  expectFunction("vmap", f);
  return (...args) => {
    if (axes && axes.length !== args.length) {
      throw new ShapeError(
        `vmap: expected an axis for each of ${args.length} arguments, got [${axes.map(String).join(", ")}]`,
      );
    }
    const [flat, structure] = flatten(args, "vmap: arguments");
    const axisOf = args.flatMap((arg, i) => flatten(arg)[0].map(() => (axes ? axes[i]! : 0)));
    let size: number | undefined;
    const operands = flat.map((x, i): Batched => {
      const axis = axisOf[i]!;
      if (axis === null) return { value: x, batched: false };
      if (x.rank === 0)
        throw new ShapeError(
          `vmap: a mapped argument must have an axis, got ${showSpec(x)}. Give its axis as null`,
        );
      const value = moveAxis(x, normalizeAxis(axis, x.rank, "vmap"), 0);
      const extent = value.shape[0]!;
      if (size !== undefined && extent !== size) {
        throw new ShapeError(
          `vmap: mapped axes must have one size, got ${size} and ${extent} (${showSpec(x)})`,
        );
      }
      size = extent;
      return { value, batched: true };
    });
    if (size === undefined) throw new ShapeError("vmap: at least one argument must be mapped, got none");
    let resultStructure: Structure | undefined;
    const results = vmapFlat(
      (list) => {
        const [leaves, s] = flatten(f(...unflatten<Args>(structure, list)), "vmap: result");
        resultStructure = s;
        return leaves;
      },
      operands,
      size,
    );
    return unflatten<R>(resultStructure!, results);
  };
}
