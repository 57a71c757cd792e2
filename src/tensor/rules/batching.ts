/**
 * The batching rule of every primitive: how to apply it to a whole batch at once.
 *
 * Operands that are batched have the batch axis in front; results always do.
 *
 * @module
 */

import { eachElementwise } from "../elementwise.js";
import { broadcastTo, matmul, moveAxis, reshape } from "../ops/index.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { evalProgram, trace } from "../program.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind, bind1 } from "../trace.js";
import { scanFlat } from "../transforms/scan.js";
import { type Batched, vmapFlat } from "../transforms/vmap.js";

export type BatchingRule<P extends Primitive> = (
  inputs: readonly Batched[],
  params: PrimitiveParams[P],
  size: number,
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
  scan: (inputs, { body, numConsts, numCarry, length, reverse }, size) => {
    const carryEnd = numConsts + numCarry;
    const xs = inputs.slice(carryEnd).map(({ value, batched }) => (batched ? moveAxis(value, 0, 1) : value));
    const batchedAt = inputs.map(({ batched }, i) => batched || (i >= numConsts && i < carryEnd));
    const step = (args: readonly Tensor[]) =>
      vmapFlat(
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
  checkpoint: (inputs, { body }, size) => {
    const values = inputs.map(({ value }) => value);
    const whole = (args: readonly Tensor[]) =>
      vmapFlat((one) => evalProgram(body, one), rebatch(inputs, args), size);
    const { program, captures } = trace(whole, values, "checkpoint");
    return bind("checkpoint", [...values, ...captures], { body: program });
  },
  custom: (inputs, { body, numArgs, jvp, vjp }, size) => {
    const values = inputs.map(({ value }) => value);
    const args = inputs.slice(0, numArgs);
    const everyResult = (list: readonly Tensor[]): Batched[] =>
      list.map((value) => ({ value, batched: true }));
    const whole = (flat: readonly Tensor[]) =>
      vmapFlat((one) => evalProgram(body, one), rebatch(inputs, flat), size);
    const { program, captures } = trace(whole, values, "custom");
    return bind("custom", [...values, ...captures], {
      body: program,
      numArgs,
      ...(jvp && {
        jvp: (primals, tangents) =>
          vmapFlat(
            (one) => jvp(one.slice(0, numArgs), one.slice(numArgs)),
            [...rebatch(args, primals), ...rebatch(args, tangents)],
            size,
          ),
      }),
      ...(vjp && {
        vjp: (primals) => [
          vmapFlat((one) => vjp(one)[0], rebatch(args, primals), size),
          // residuals do not outlive the inner batch, so the rule runs again
          (cotangents) =>
            sumUnbatched(
              args,
              vmapFlat(
                (one) => vjp(one.slice(0, numArgs))[1](one.slice(numArgs)),
                [...rebatch(args, primals), ...everyResult(cotangents)],
                size,
              ),
            ),
        ],
      }),
    });
  },
};

const rebatch = (like: readonly Batched[], values: readonly Tensor[]): Batched[] =>
  values.map((value, i) => ({ value, batched: like[i]!.batched }));

/** Cotangents of operands that are one for all add up over the batch. */
const sumUnbatched = (args: readonly Batched[], cotangents: readonly Tensor[]): Tensor[] =>
  cotangents.map((c, i) => (args[i]!.batched ? c : bind1("sum", [c], { axes: [0] })));
