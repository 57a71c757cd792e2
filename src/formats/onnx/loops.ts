/**
 * Loops, as ONNX's Scan.
 *
 * @module
 */
import type { Equation, Program, Variable } from "../../tensor/program.js";
import type { GraphBuilder, Value } from "./graph-builder.js";
import type { OnnxAttribute } from "./messages.js";
import type { Scope } from "./scope.js";

/** A loop that is not unrolled. What its body reads from outside it sees by name. */
export function scan(
  s: Scope,
  { inputs, params, outputs }: Equation<"scan">,
  translate: (scope: Scope, body: Program) => void,
): Value[] {
  const { body, numConsts, numCarry, length, reverse } = params;
  const consts = inputs.slice(0, numConsts).map((v) => s.narrow(v));
  const carry = inputs.slice(numConsts, numConsts + numCarry).map((v) => s.wide(v));
  const xs = inputs.slice(numConsts + numCarry).map((v) => s.wide(v));
  const b = s.b.inner();
  const arguments_ = body.inputs
    .slice(numConsts)
    .map((v, i) => argument(b, v, s, i < numCarry ? "carry" : "x"));
  const inner = s.inner(b, body, [...consts, ...arguments_]);
  translate(inner, body);
  const results = body.outputs.map((v) => b.identity(inner.wide(v), b.fresh("result")));
  const turns: Value[] = [];
  if (xs.length === 0) {
    xs.push(s.b.expand(s.b.scalar(0, "float32"), [length])); // Scan counts turns by what it reads
    turns.push({ name: b.fresh("turn"), dtype: "float32", dims: [] });
  }
  const names = s.b.ops(
    "Scan",
    [...carry, ...xs].map(({ name }) => name),
    results.length,
    {
      body: b.graph(b.fresh("body"), [...arguments_, ...turns], results),
      ...directions(xs.length, results.length - numCarry, reverse),
    },
  );
  return outputs.map((v, i) => ({ name: names[i]!, dtype: v.dtype, dims: s.dims(v) }));
}

function argument(b: GraphBuilder, v: Variable, s: Scope, stem: string): Value {
  return { name: b.fresh(stem), dtype: v.dtype, dims: s.dims(v) };
}

function directions(numInputs: number, numOutputs: number, reverse: boolean): Record<string, OnnxAttribute> {
  const inputs = { num_scan_inputs: numInputs };
  if (!reverse) return inputs;
  return {
    ...inputs,
    scan_input_directions: Array<number>(numInputs).fill(1),
    ...(numOutputs > 0 && { scan_output_directions: Array<number>(numOutputs).fill(1) }),
  };
}

/** hₜ = aₜ hₜ₋₁ + bₜ; a running sum where a is 1. */
export function recurrence(s: Scope, { inputs, params, outputs }: Equation<"recurrence">): Value {
  const [decay, input] = inputs as [Variable, Variable];
  const { axis, reverse } = params;
  const x = s.wide(input);
  const { dtype, dims } = x;
  if (s.uniform(decay)?.every((value) => value === 1)) {
    const name = s.b.op("CumSum", [x.name, s.b.integer(axis)], reverse ? { reverse: 1 } : {});
    return { name, dtype, dims };
  }
  const b = s.b.inner();
  const rest = dims.filter((_, i) => i !== axis);
  const [h, a, y] = ["carry", "x", "x"].map(
    (stem): Value => ({ name: b.fresh(stem), dtype, dims: rest }),
  ) as [Value, Value, Value];
  const next = b.elementwise("Add", [b.elementwise("Mul", [a, h]), y]);
  const results = [b.identity(next, b.fresh("result")), b.identity(next, b.fresh("result"))];
  const start = s.b.expand(s.b.scalar(0, dtype), rest);
  const [, all] = s.b.ops("Scan", [start.name, s.wide(decay).name, x.name], 2, {
    body: b.graph(b.fresh("body"), [h, a, y], results),
    ...directions(2, 1, reverse),
    scan_input_axes: [axis, axis],
    scan_output_axes: [axis],
  });
  return { name: all!, dtype: outputs[0]!.dtype, dims };
}
