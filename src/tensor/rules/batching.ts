/**
 * The batching rule of every primitive: how to apply it to a whole batch at once.
 *
 * Operands that are batched have the batch axis in front; results always do.
 *
 * @module
 */

import { eachElementwise } from "../elementwise.js";
import { scanFlat } from "../loop.js";
import { broadcastTo, matmul, moveAxis, reshape } from "../ops/index.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { evalProgram, type Program, trace } from "../program.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind, bind1 } from "../trace.js";

/** An operand of a batching rule: the whole batch with its leading axis, or one value for all. */
export interface Batched {
  readonly value: Tensor;
  readonly batched: boolean;
}

/** `vmap` of a function of flat lists; batch axes are in front. */
export type VmapFlat = (
  f: (args: readonly Tensor[]) => readonly Tensor[],
  args: readonly Batched[],
  size: number,
) => Tensor[];

/** @param vmap for rules of primitives that hold a function: handed to them, for rules know nothing of transforms */
export type BatchingRule<P extends Primitive> = (
  inputs: readonly Batched[],
  params: PrimitiveParams[P],
  size: number,
  vmap: VmapFlat,
) => Tensor[];

/** The whole batch, repeated if it is one for all. */
const front = ({ value, batched }: Batched, size: number): Tensor =>
  batched ? value : broadcastTo(value, [size, ...value.shape]);

/** The shape of one element. */
const inner = ({ value, batched }: Batched): Shape => (batched ? value.shape.slice(1) : value.shape);

/** Applies the primitive to all operands with the batch in front, and parameters for one more axis. */
const leading =
  <P extends Primitive>(
    primitive: P,
    shift: (params: PrimitiveParams[P], size: number) => PrimitiveParams[P] = (params) => params,
  ): BatchingRule<P> =>
  (inputs, params, size) =>
    bind(
      primitive,
      inputs.map((x) => front(x, size)),
      shift(params, size),
    );

/** Merges the batch into the first axis, applies the primitive, and splits it again. */
const merged =
  <P extends Primitive>(primitive: P): BatchingRule<P> =>
  ([x], params, size) => {
    const all = front(x!, size);
    const [, count, ...rest] = all.shape;
    const result = bind1(primitive, [reshape(all, [size * count!, ...rest])], params);
    return [reshape(result, [size, count!, ...result.shape.slice(1)])];
  };

const plusOne = (axes: readonly number[]) => axes.map((axis) => axis + 1);

export const batching: { readonly [P in Primitive]: BatchingRule<P> } = {
  ...eachElementwise((primitive) => leading(primitive)),
  stopGradient: leading("stopGradient"),
  checkIndex: leading("checkIndex"),
  barrier: leading("barrier"),
  broadcast: ([x], { shape }, size) => {
    const all = front(x!, size);
    const missing = shape.length - all.shape.length + 1;
    return [
      broadcastTo(reshape(all, [size, ...Array<number>(missing).fill(1), ...all.shape.slice(1)]), [
        size,
        ...shape,
      ]),
    ];
  },
  reshape: leading("reshape", ({ shape }, size) => ({ shape: [size, ...shape] })),
  transpose: leading("transpose", ({ permutation }) => ({ permutation: [0, ...plusOne(permutation)] })),
  flip: leading("flip", ({ axes }) => ({ axes: plusOne(axes) })),
  slice: leading("slice", ({ starts, limits, strides }, size) => ({
    starts: [0, ...starts],
    limits: [size, ...limits],
    strides: [1, ...strides],
  })),
  pad: leading("pad", ({ low, high, interior }) => ({
    low: [0, ...low],
    high: [0, ...high],
    interior: [0, ...interior],
  })),
  concatenate: leading("concatenate", ({ axis }) => ({ axis: axis + 1 })),
  patches: merged("patches"), // [size, images, …] is [size · images, …]
  unpatch: merged("unpatch"),
  gather: leading("gather", ({ batchRank }) => ({ batchRank: batchRank + 1 })),
  scatterAdd: leading("scatterAdd", ({ batchRank, rows }) => ({ batchRank: batchRank + 1, rows })),
  sum: leading("sum", ({ axes }) => ({ axes: plusOne(axes) })),
  max: leading("max", ({ axes }) => ({ axes: plusOne(axes) })),
  argMax: leading("argMax", ({ axis }) => ({ axis: axis + 1 })),
  topK: leading("topK"),
  argsort: leading("argsort"),
  recurrence: leading("recurrence", ({ axis, reverse }) => ({ axis: axis + 1, reverse })),
  matmul: ([a, b], _, size) => {
    const [rankA, rankB] = [inner(a!).length, inner(b!).length];
    if (a!.batched && !b!.batched && rankA === 2 && rankB === 2) {
      const [m, k] = inner(a!) as [number, number]; // one product with all rows under each other
      const rows = matmul(reshape(a!.value, [size * m, k]), b!.value);
      return [reshape(rows, [size, m, rows.shape[1]!])];
    }
    const rank = Math.max(rankA, rankB);
    const aligned = (x: Batched) =>
      reshape(x.value, [x.batched ? size : 1, ...Array<number>(rank - inner(x).length).fill(1), ...inner(x)]);
    return [matmul(aligned(a!), aligned(b!))]; // an operand that is one for all broadcasts
  },
  cholesky: leading("cholesky"),
  triangularSolve: leading("triangularSolve"),

  // one loop whose every step works on the whole batch
  scan: (inputs, { body, numConsts, numCarry, length, reverse }, size, vmap) => {
    const carryEnd = numConsts + numCarry;
    const xs = inputs.slice(carryEnd).map(({ value, batched }) => (batched ? moveAxis(value, 0, 1) : value));
    const batchedAt = inputs.map(({ batched }, i) => batched || (i >= numConsts && i < carryEnd));
    const step = (args: readonly Tensor[]) =>
      vmap(
        (one) => evalProgram(body, one),
        args.map((value, i) => ({ value, batched: batchedAt[i]! })),
        size,
      );
    const results = scanFlat(step, {
      consts: inputs.slice(0, numConsts).map(({ value }) => value),
      carry: inputs.slice(numConsts, carryEnd).map((x) => front(x, size)),
      xs,
      length,
      reverse,
    });
    return results.map((x, i) => (i < numCarry ? x : moveAxis(x, 1, 0)));
  },
  checkpoint: (inputs, { body }, size, vmap) => {
    const values = inputs.map(({ value }) => value);
    return bind("checkpoint", values, {
      body: whole(
        body,
        inputs.map((x) => x.batched),
        size,
        vmap,
      ),
    });
  },
  custom: (inputs, { body, numArgs, jvp, vjp }, size, vmap) => {
    const values = inputs.map(({ value }) => value);
    const batched = inputs.map((x) => x.batched);
    const args = batched.slice(0, numArgs);
    return bind("custom", values, {
      body: whole(body, batched, size, vmap),
      numArgs,
      ...(jvp && { jvp: whole(jvp, [...args, ...batched], size, vmap) }), // tangents are as their arguments
      ...(vjp && {
        vjp: {
          forward: whole(vjp.forward, batched, size, vmap),
          backward: whole(
            vjp.backward,
            vjp.backward.inputs.map(yes),
            size,
            vmap,
            (bars) => bars.map((c, i) => (args[i] ? c : bind1("sum", [c], { axes: [0] }))), // one for all: they add up
          ),
        },
      }),
    });
  },
};

const yes = () => true;

/**
 * A program that does for a whole batch what `program` does for one.
 *
 * @param batched which of its inputs have the batch axis; all results get it
 * @param finish what is done to the results
 */
function whole(
  program: Program,
  batched: readonly boolean[],
  size: number,
  vmap: VmapFlat,
  finish: (results: Tensor[]) => Tensor[] = (results) => results,
): Program {
  const specs = program.inputs.map(({ shape, dtype }, i) => ({
    shape: batched[i] ? [size, ...shape] : shape,
    dtype,
  }));
  const f = (list: readonly Tensor[]) => {
    const operands = list.map((value, i) => ({ value, batched: batched[i]! }));
    return finish(vmap((one) => evalProgram(program, one), operands, size));
  };
  return trace(f, specs, "vmap").program; // without captures, as the program has none
}
