/**
 * Fused element-wise chains and reductions: one function per kernel, made for its shapes and strides.
 *
 * Loops are merged and reordered, the innermost one runs over vectors of four. The same code computes whole
 * vectors and the last one to three elements, so a value does not depend on where in an array it lies. Sums
 * are folded in an order that depends on the shapes alone.
 *
 * @module
 */
import { type Code, i32, type Local, memoryFill, sequence } from "../wasm/code.js";
import type { FunctionBuilder } from "../wasm/module.js";
import type { EmitContext } from "./context.js";
import type { Lane, LoopKernel, LoopOutput } from "./kernel.js";
import { neutralElement } from "./loop/accumulator.js";
import { planNest } from "./loop/geometry.js";
import { memorySums } from "./loop/memory-sums.js";
import { NestEmitter } from "./loop/nest-emitter.js";

/** Adds the kernel's function, which takes the addresses of outputs and inputs; returns its index. */
export function emitLoop(kernel: LoopKernel, context: EmitContext): number {
  const params = Array<"i32">(kernel.outputs.length + kernel.inputs.length).fill("i32");
  return context.module.define(params, (fn) => {
    if (!kernel.extents.includes(0)) return emitNest(kernel, fn, fn.params, context);
    const kept = kernel.extents.flatMap((extent, d) => (kernel.reduced[d] ? [] : [{ extent, d }]));
    const folds = kernel.outputs.flatMap((output, i) => (output.reduce ? [{ ...output, i }] : []));
    if (folds.length === 0 || kept.some(({ extent }) => extent === 0)) return sequence();
    return emitNest(
      fillEmptyFolds(kernel, kept, folds),
      fn,
      folds.map(({ i }) => fn.params[i]!),
      context,
    );
  });
}

function emitNest(
  kernel: LoopKernel,
  fn: FunctionBuilder,
  params: readonly Local[],
  context: EmitContext,
): Code {
  const inRegisters = () => new NestEmitter(kernel, planNest(kernel), fn, params, context).emit();
  const inMemory = memorySums(kernel);
  if (!inMemory) return inRegisters();
  const nest = planNest(inMemory.kernel);
  const { strides } = nest.loops[nest.vector]!;
  // along another dimension the lanes of a vector would meet in one sum
  if ([...inMemory.sums.keys()].some((output) => strides[output] !== 1)) return inRegisters();
  const zeros = [...inMemory.sums].map(([output, size]) =>
    memoryFill(params[output]!.get, i32.const(0), i32.const(4 * size)),
  );
  return sequence(
    ...zeros,
    new NestEmitter(inMemory.kernel, nest, fn, params, context, inMemory.sums).emit(),
  );
}

/** The kernel that stores the neutral element wherever folds of nothing end. */
function fillEmptyFolds(
  kernel: LoopKernel,
  kept: readonly { readonly extent: number; readonly d: number }[],
  folds: readonly LoopOutput[],
): LoopKernel {
  const laneOf = (value: number): Lane =>
    kernel.inputs[value]?.lane ?? kernel.steps[value - kernel.inputs.length]!.lane;
  return {
    kind: "loop",
    extents: kept.map(({ extent }) => extent),
    reduced: kept.map(() => false),
    inputs: [],
    steps: folds.map(({ reduce, value }) => {
      const lane = laneOf(value);
      return { op: "constant", value: neutralElement(reduce!, lane), lane };
    }),
    outputs: folds.map(({ strides }, i) => ({ value: i, strides: kept.map(({ d }) => strides[d]!) })),
  };
}
