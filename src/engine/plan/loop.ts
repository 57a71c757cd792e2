/**
 * A fused group as one loop kernel.
 *
 * @module
 */
import { isElementwise } from "../../tensor/elementwise.js";
import type { PrimitiveParams } from "../../tensor/primitives.js";
import type { Variable } from "../../tensor/program.js";
import { stridesOf } from "../../tensor/shape.js";
import type { LaneOp, LaneStep, LoopInput, LoopKernel, LoopOutput } from "../kernels/kernel.js";
import type { Fusion, Group } from "./fuse.js";
import { laneOf, newBuffer, shifted } from "./located.js";
import type { Place } from "./plan.js";
import type { Planner } from "./planner.js";
import { splitFolds } from "./split-folds.js";

export function loopOf(
  planner: Planner,
  { shape, members, axes }: Group,
  { recomputed, stored }: Fusion,
): void {
  const inputs: LoopInput[] = [];
  const inputPlaces: Place[] = [];
  const inputIndex = new Map<string, number>();
  const steps: LaneStep[] = [];
  /** Steps are numbered behind the inputs, whose count is known only at the end: -1 - i stands for input i. */
  const values = new Map<Variable, number>();
  const literals = new Map<string, number>();

  const push = (step: LaneStep): number => steps.push(step) - 1;
  const value = (v: Variable): number => {
    const known = values.get(v);
    if (known !== undefined) return known;
    const literal = planner.literal(v);
    const lane = laneOf(v.dtype);
    let result: number;
    if (literal !== undefined) {
      const key = `${lane} ${Object.is(literal, -0) ? "-0" : literal}`;
      result = literals.get(key) ?? push({ op: "constant", value: literal, lane });
      literals.set(key, result);
    } else if (recomputed.has(v)) {
      const equation = recomputed.get(v)!;
      result = push({ op: equation.primitive as LaneOp, args: equation.inputs.map(value), lane });
    } else {
      const located = planner.locate(v);
      const place = shifted(located);
      const strides = located.view.strides.map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
      const key = JSON.stringify([place.buffer.id, place.offset, place.turns, strides]);
      let index = inputIndex.get(key);
      if (index === undefined) {
        index = inputs.push({ lane, strides }) - 1;
        inputPlaces.push(place);
        inputIndex.set(key, index);
      }
      result = -1 - index;
    }
    values.set(v, result);
    return result;
  };

  const outputs: LoopOutput[] = [];
  const outputPlaces: Place[] = [];
  for (const {
    primitive,
    inputs: operands,
    outputs: [out],
    params,
  } of members) {
    if (isElementwise(primitive)) {
      values.set(out!, push({ op: primitive, args: operands.map(value), lane: laneOf(out!.dtype) }));
      continue;
    }
    const folded = (params as PrimitiveParams["sum"]).axes;
    const kept = stridesOf(out!.shape);
    let next = 0;
    const strides = shape.map((_, axis) => (folded.includes(axis) ? 0 : kept[next++]!));
    outputs.push({ value: value(operands[0]!), strides, reduce: primitive as "sum" | "max" });
    outputPlaces.push(planner.define(out!, primitive));
  }
  for (const {
    primitive,
    outputs: [out],
  } of members) {
    if (!isElementwise(primitive) || !stored.has(out!)) continue;
    outputs.push({ value: values.get(out!)!, strides: stridesOf(shape) });
    outputPlaces.push(planner.define(out!, primitive));
  }

  const number = (index: number) => (index < 0 ? -1 - index : index + inputs.length);
  const kernel: LoopKernel = {
    kind: "loop",
    extents: shape,
    reduced: shape.map((_, axis) => axes?.includes(axis) ?? false),
    inputs,
    steps: steps.map((step) => ("args" in step ? { ...step, args: step.args.map(number) } : step)),
    outputs: outputs.map((output) => ({ ...output, value: number(output.value) })),
  };
  const split = splitFolds(kernel);
  if (!split) {
    planner.kernel(kernel, [...outputPlaces, ...inputPlaces]);
    return;
  }
  const { first, parts, width } = split;
  const lane = (value: number) => inputs[value]?.lane ?? kernel.steps[value - inputs.length]!.lane;
  const partial = (output: LoopOutput): Place => ({
    buffer: newBuffer(parts * width, lane(output.value), "partial"),
    offset: 0,
  });
  const firstPlaces = kernel.outputs.map((output, i) => (output.reduce ? partial(output) : outputPlaces[i]!));
  planner.kernel(first, [...firstPlaces, ...inputPlaces]);
  kernel.outputs.forEach(({ reduce, value }, i) => {
    if (!reduce) return;
    planner.kernel(
      {
        kind: "loop",
        extents: [parts, width],
        reduced: [true, false],
        inputs: [{ lane: lane(value), strides: [width, 1] }],
        steps: [],
        outputs: [{ value: 0, strides: [0, 1], reduce }],
      },
      [outputPlaces[i]!, firstPlaces[i]!],
    );
  });
}
