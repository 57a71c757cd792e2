/**
 * Equations that are kernels of their own.
 *
 * @module
 */
import type { Elementwise } from "../../tensor/elementwise.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Variable } from "../../tensor/program.js";
import { type Shape, sizeOf, stridesOf } from "../../tensor/shape.js";
import type { LoopKernel, NumberLane, Window } from "../kernels/kernel.js";
import { convolutionOfProduct } from "./convolution.js";
import { copyKernel } from "./copy.js";
import type { Reduction, ViewPrimitive } from "./fuse.js";
import { type Located, laneOf, newBuffer, shifted } from "./located.js";
import { matmulKernel } from "./matmul.js";
import type { Planner } from "./planner.js";
import { isWhole } from "./view.js";

type Lowering<P extends Primitive> = (
  planner: Planner,
  inputs: readonly Variable[],
  outputs: readonly Variable[],
  params: PrimitiveParams[P],
) => void;

/** Writes a constant to all of a row-major buffer. */
function fillKernel(size: number, out: Variable): LoopKernel {
  return {
    kind: "loop",
    extents: [size],
    reduced: [false],
    inputs: [],
    steps: [{ op: "constant", value: 0, lane: laneOf(out.dtype) }],
    outputs: [{ value: 0, strides: [1] }],
  };
}

/** Copies a value into a box of a larger row-major buffer. */
function copyInto(
  planner: Planner,
  from: Located,
  out: Variable,
  place: ReturnType<Planner["define"]>,
  offset: number,
  strides: readonly number[],
): void {
  if (sizeOf(from.view.shape) === 0) return;
  planner.kernel(copyKernel(from.view, out.dtype, strides), [
    { ...place, offset: place.offset + offset },
    shifted(from),
  ]);
}

/** Fused, views, loops, or gone before a plan is made. */
type Elsewhere =
  | Elementwise
  | Reduction
  | ViewPrimitive
  | "scan"
  | "stopGradient"
  | "checkIndex"
  | "checkpoint"
  | "custom";

const lowerings: { readonly [P in Exclude<Primitive, Elsewhere>]: Lowering<P> } = {
  matmul: (planner, [a, b], [out]) => {
    const place = planner.define(out!, "matmul");
    matmulKernel(planner, a!, b!, out!, place);
  },
  pad: (planner, [x], [out], { low, interior }) => {
    const place = planner.define(out!, "pad");
    planner.kernel(fillKernel(sizeOf(out!.shape), out!), [place]);
    const strides = stridesOf(out!.shape);
    const offset = low.reduce((total, n, axis) => total + n * strides[axis]!, 0);
    copyInto(
      planner,
      planner.locate(x!),
      out!,
      place,
      offset,
      strides.map((s, axis) => s * (interior[axis]! + 1)),
    );
  },
  concatenate: (planner, inputs, [out], { axis }) => {
    const place = planner.define(out!, "concatenate");
    const strides = stridesOf(out!.shape);
    let start = 0;
    for (const x of inputs) {
      copyInto(planner, planner.locate(x), out!, place, start * strides[axis]!, strides);
      start += x.shape[axis]!;
    }
  },
  barrier: (planner, inputs, outputs) => {
    inputs.forEach((x, i) => {
      planner.provide(outputs[i]!, planner.dense(x));
    });
  },
  patches: (planner, [x], [out], params) => {
    const from = planner.dense(x!);
    planner.kernelWhenRead({ kind: "patches", window: windowOf(x!.shape, out!.shape, params) }, [
      planner.define(out!, "patches"),
      from,
    ]);
  },
  unpatch: (planner, [x], [out], params) => {
    const window = windowOf(out!.shape, x!.shape, params);
    const { place, view } = planner.locate(x!);
    const product = isWhole(view) ? planner.pending(place.buffer) : undefined;
    const to = planner.define(out!, "unpatch");
    const convolution = convolutionOfProduct(window, to, product);
    if (convolution) planner.kernel(convolution.kernel, convolution.args);
    else planner.kernel({ kind: "unpatch", window }, [to, planner.dense(x!)]);
  },
  gather: (planner, [x, index], [out], { batchRank }) => {
    const args = [planner.dense(x!), planner.dense(index!)];
    const batch = sizeOf(x!.shape.slice(0, batchRank));
    const width = sizeOf(x!.shape.slice(batchRank + 1));
    const kernel = {
      kind: "gather",
      batch,
      rows: x!.shape[batchRank]!,
      count: index!.shape[batchRank]!,
      width,
      lane: laneOf(x!.dtype),
    } as const;
    planner.kernel(kernel, [planner.define(out!, "gather"), ...args]);
  },
  scatterAdd: (planner, [x, index], [out], { batchRank, rows }) => {
    const args = [planner.dense(x!), planner.dense(index!)];
    const batch = sizeOf(x!.shape.slice(0, batchRank));
    const width = sizeOf(x!.shape.slice(batchRank + 1));
    const kernel = {
      kind: "scatterAdd",
      batch,
      rows,
      count: index!.shape[batchRank]!,
      width,
      lane: laneOf(x!.dtype),
    } as const;
    planner.kernel(kernel, [planner.define(out!, "scatterAdd"), ...args]);
  },
  argMax: (planner, [x], [out], { axis }) => {
    const from = planner.dense(x!);
    planner.kernel({ kind: "argMax", lane: numberLane(x!), ...alongAxis(x!.shape, axis) }, [
      planner.define(out!, "argMax"),
      from,
    ]);
  },
  topK: (planner, [x], [out], { k }) => {
    const from = planner.dense(x!);
    const kernel = {
      kind: "topK",
      lane: numberLane(x!),
      rows: sizeOf(x!.shape.slice(0, -1)),
      length: x!.shape.at(-1)!,
      k,
    } as const;
    planner.kernel(kernel, [planner.define(out!, "topK"), from]);
  },
  argsort: (planner, [x], [out], { descending }) => {
    const from = planner.dense(x!);
    const length = x!.shape.at(-1)!;
    const kernel = {
      kind: "argsort",
      lane: numberLane(x!),
      rows: sizeOf(x!.shape.slice(0, -1)),
      length,
      descending,
    } as const;
    const work = { buffer: newBuffer(4 * length, "int32", "argsort"), offset: 0 };
    planner.kernel(kernel, [planner.define(out!, "argsort"), work, from]);
  },
  recurrence: (planner, [a, b], [out], { axis, reverse }) => {
    const args = [planner.dense(a!), planner.dense(b!)];
    planner.kernel({ kind: "recurrence", ...alongAxis(b!.shape, axis), reverse }, [
      planner.define(out!, "recurrence"),
      ...args,
    ]);
  },
  cholesky: (planner, [x], [out]) => {
    const from = planner.dense(x!);
    const kernel = { kind: "cholesky", batch: sizeOf(x!.shape.slice(0, -2)), n: x!.shape.at(-1)! } as const;
    planner.kernel(kernel, [planner.define(out!, "cholesky"), from]);
  },
  triangularSolve: (planner, [l, b], [out], { transpose }) => {
    const args = [planner.dense(l!), planner.dense(b!)];
    const batch = sizeOf(l!.shape.slice(0, -2));
    const kernel = {
      kind: "triangularSolve",
      batch,
      n: l!.shape.at(-1)!,
      columns: b!.shape.at(-1)!,
      transpose,
    } as const;
    planner.kernel(kernel, [planner.define(out!, "triangularSolve"), ...args]);
  },
};

/** Adds the kernels of an equation that is neither fused nor a view. */
export function lowerSingle(planner: Planner, { primitive, inputs, params, outputs }: Equation): void {
  const lowering = (lowerings as { readonly [P in Primitive]?: Lowering<P> })[primitive] as
    | Lowering<Primitive>
    | undefined;
  if (!lowering) throw new Error(`plan: ${primitive} has no kernel`);
  lowering(planner, inputs, outputs, params);
}

function numberLane({ dtype }: Variable): NumberLane {
  return laneOf(dtype) as NumberLane; // the shape rules let nothing else through
}

function alongAxis(shape: Shape, axis: number) {
  return { outer: sizeOf(shape.slice(0, axis)), length: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}

function windowOf(
  images: Shape,
  patches: Shape,
  { kernel, stride, pad }: PrimitiveParams["patches"],
): Window {
  const [count, height, width, channels] = images as unknown as readonly [number, number, number, number];
  return {
    images: count,
    height,
    width,
    channels,
    kernel,
    stride,
    pad: [pad[0][0], pad[1][0]],
    out: [patches[1]!, patches[2]!],
  };
}
