/**
 * Values of the primitives that hold a program.
 *
 * @module
 */
import { allocate, type TypedArray } from "../dtype.js";
import type { ScanParams } from "../primitives.js";
import { evalProgram, type Program } from "../program.js";
import { type Spec, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { fromData, type Value } from "./index.js";

const toTensor = (value: Value): Tensor => fromData(value, value.data);

/** Runs a program once. */
export function runBody(body: Program, inputs: readonly Value[]): TypedArray[] {
  return evalProgram(body, inputs.map(toTensor)).map((x) => x.data());
}

/** Runs a program once per step, on slices of the sequences, with what it carries from step to step. */
export function scan(
  inputs: readonly Value[],
  { body, numConsts, numCarry, length, reverse }: ScanParams,
  specs: readonly Spec[],
): TypedArray[] {
  const consts = inputs.slice(0, numConsts).map(toTensor);
  const sequences = inputs.slice(numConsts + numCarry);
  let carry = inputs.slice(numConsts, numConsts + numCarry).map(toTensor);
  const stacked = specs.slice(numCarry).map(({ shape, dtype }) => allocate(dtype, sizeOf(shape)));
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const results = evalProgram(body, [...consts, ...carry, ...sequences.map((x) => sliceAt(x, t))]);
    carry = results.slice(0, numCarry);
    stacked.forEach((out, i) => {
      const y = results[numCarry + i]!.data();
      out.set(y, t * y.length);
    });
  }
  return [...carry.map((x) => x.data()), ...stacked];
}

/** Shares the elements. */
function sliceAt({ shape, dtype, data }: Value, t: number): Tensor {
  const rest = shape.slice(1);
  const size = sizeOf(rest);
  return fromData({ shape: rest, dtype }, data.subarray(t * size, (t + 1) * size));
}
