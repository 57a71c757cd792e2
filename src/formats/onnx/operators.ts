/**
 * Each primitive in operators of ONNX, one entry a primitive.
 *
 * Source: https://onnx.ai/onnx/operators
 * Differs: of NaNs, infinities and what does not fit int32 in `cast`, ONNX leaves more open than the primitives do;
 * maximum, max, argMax and relu may lose a NaN. Sums are float32, where the eager reference has float64.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { Primitive } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { range } from "../../tensor/shape.js";
import { broadcastDims, isEmpty, type Value } from "./graph-builder.js";
import { recurrence, scan } from "./loops.js";
import { elementNumber } from "./messages.js";
import { gather, scatterAdd } from "./rows.js";
import type { Scope } from "./scope.js";
import { convolution, overlapped, padded, pooling, spreadOut, windows } from "./windows.js";

/** The results of an equation, as nodes. */
type Rule<P extends Primitive> = (s: Scope, equation: Equation<P>) => Value | Value[];

const elementwise =
  (op: string) =>
  (s: Scope, { inputs, outputs: [out] }: Equation): Value =>
    s.b.elementwise(
      op,
      inputs.map((v) => s.narrow(v)),
      out!.dtype,
    );

const refused = (_: Scope, { primitive }: Equation): never => {
  throw new ShapeError(
    `exportOnnx: ${primitive} has no operator in ONNX. Compute it outside of the exported function`,
  );
};

const inlined = (_: Scope, { primitive }: Equation): never => {
  throw new ShapeError(`exportOnnx: ${primitive} should have been inlined`);
};

const END = (1n << 63n) - 1n; // of any axis
const BEFORE_START = -(1n << 63n);

const operators: { readonly [P in Primitive]: Rule<P> } = {
  neg: elementwise("Neg"),
  abs: elementwise("Abs"),
  sign: elementwise("Sign"),
  add: elementwise("Add"),
  sub: elementwise("Sub"),
  mul: (s, equation) => mean(s, equation) ?? elementwise("Mul")(s, equation),
  maximum: elementwise("Max"),
  minimum: elementwise("Min"),
  div: elementwise("Div"),
  pow: elementwise("Pow"),
  floor: elementwise("Floor"),
  sqrt: elementwise("Sqrt"),
  exp: elementwise("Exp"),
  log: elementwise("Log"),
  log1p: (s, { inputs: [v] }) => {
    const x = s.narrow(v!); // near 0: 2 artanh(x / (2 + x))
    const near = s.b.elementwise("Atanh", [s.b.elementwise("Div", [x, plus(s, x, 2)])]);
    const small = s.b.elementwise("Less", [s.b.elementwise("Abs", [x]), s.b.scalar(0.5, x.dtype)], "bool");
    return choose(s, small, times(s, near, 2), s.b.elementwise("Log", [plus(s, x, 1)]));
  },
  expm1: (s, { inputs: [v] }) => {
    const x = s.narrow(v!); // near 0: 2 t / (1 - t) with t = tanh(x / 2)
    const t = s.b.elementwise("Tanh", [times(s, x, 0.5)]);
    const near = s.b.elementwise("Div", [
      times(s, t, 2),
      s.b.elementwise("Sub", [s.b.scalar(1, x.dtype), t]),
    ]);
    const small = s.b.elementwise("Less", [s.b.elementwise("Abs", [x]), s.b.scalar(1, x.dtype)], "bool");
    return choose(s, small, near, plus(s, s.b.elementwise("Exp", [x]), -1));
  },
  sin: elementwise("Sin"),
  cos: elementwise("Cos"),
  tanh: elementwise("Tanh"),
  sigmoid: elementwise("Sigmoid"),
  erf: elementwise("Erf"),
  softplus: elementwise("Softplus"),
  equal: elementwise("Equal"),
  less: elementwise("Less"),
  lessEqual: elementwise("LessOrEqual"),
  and: elementwise("And"),
  or: elementwise("Or"),
  not: elementwise("Not"),
  select: (s, { inputs }) => {
    const [condition, x, y] = inputs as [Variable, Variable, Variable];
    if (isRelu(s, condition, x, y)) return s.b.elementwise("Relu", [s.narrow(y)]);
    return choose(s, s.narrow(condition), s.narrow(x), s.narrow(y));
  },
  cast: (s, { inputs: [v], params: { dtype } }) => {
    const x = s.narrow(v!);
    return { ...x, name: s.b.op("Cast", [x.name], { to: elementNumber(dtype) }), dtype };
  },
  stopGradient: inlined,
  checkIndex: inlined,
  barrier: inlined,
  checkpoint: inlined,
  custom: inlined,

  broadcast: (s, { inputs: [v] }) => s.narrow(v!), // repeated where a node needs all elements
  reshape: (s, { inputs: [v], outputs: [out] }) => {
    return s.uniform(v!) ? s.narrow(v!) : s.b.reshape(s.wide(v!), s.dims(out!));
  },
  transpose: (s, { inputs: [v], params: { permutation } }) => {
    const x = s.narrow(v!);
    const missing = permutation.length - x.dims.length;
    const aligned = s.b.reshape(x, [...range(missing).map(() => 1), ...x.dims]);
    return s.b.transpose(aligned, permutation);
  },
  flip: (s, { inputs: [v], params: { axes } }) => {
    const x = s.wide(v!);
    const each = (value: number | bigint) => s.b.integers(axes.map(() => value));
    const inputs = [x.name, each(-1), each(BEFORE_START), s.b.integers(axes), each(-1)];
    return axes.length === 0 ? x : { ...x, name: s.b.op("Slice", inputs) };
  },
  slice: (s, { inputs: [v], params: { starts, limits, strides }, outputs: [out] }) => {
    const x = s.wide(v!);
    const toEnd = (axis: number) => limits[axis] === v!.shape[axis];
    const axes = range(starts.length).filter((i) => !(starts[i] === 0 && toEnd(i) && strides[i] === 1));
    if (axes.length === 0) return x;
    const inputs = [
      s.b.integers(axes.map((axis) => starts[axis]!)),
      s.b.integers(axes.map((axis) => (toEnd(axis) ? END : limits[axis]!))),
      s.b.integers(axes),
      s.b.integers(axes.map((axis) => strides[axis]!)),
    ];
    return { ...x, name: s.b.op("Slice", [x.name, ...inputs]), dims: s.dims(out!) };
  },
  pad: (s, { inputs: [v], params: { low, high, interior } }) => {
    return padded(s.b, spreadOut(s.b, s.wide(v!), interior), [...low, ...high]);
  },
  concatenate: (s, { inputs, params: { axis }, outputs: [out] }) => {
    const names = inputs.map((v) => s.wide(v).name);
    return { name: s.b.op("Concat", names, { axis }), dtype: out!.dtype, dims: s.dims(out!) };
  },
  patches: (s, { inputs: [v], params, outputs: [out] }) => windows(s.b, s.wide(v!), params, s.dims(out!)),
  unpatch: (s, { inputs: [v], params, outputs: [out] }) => overlapped(s.b, s.wide(v!), params, s.dims(out!)),
  gather: (s, { inputs: [x, index], params: { batchRank }, outputs: [out] }) => {
    return gather(s.b, s.wide(x!), s.wide(index!), batchRank, s.dims(out!));
  },
  scatterAdd: (s, { inputs: [updates, index], params, outputs: [out] }) => {
    return scatterAdd(s.b, s.wide(updates!), s.wide(index!), params, s.dims(out!));
  },

  sum: (s, { inputs: [v], params: { axes }, outputs: [out] }) => {
    const pool = s.definition(v!, "patches");
    if (pool && isWindow(axes) && v!.dtype === "float32") {
      const { kernel } = pool.params;
      const means = pooling(s.b, "AveragePool", s.wide(pool.inputs[0]!), pool.params, s.dims(out!));
      return times(s, means, kernel[0] * kernel[1]);
    }
    return reduced(s, "ReduceSum", v!, axes, out!);
  },
  max: (s, { inputs: [v], params: { axes }, outputs: [out] }) => {
    const pool = s.definition(v!, "patches");
    if (pool && isWindow(axes) && v!.dtype === "float32") {
      return pooling(s.b, "MaxPool", s.wide(pool.inputs[0]!), pool.params, s.dims(out!));
    }
    return reduced(s, "ReduceMax", v!, axes, out!);
  },
  argMax: (s, { inputs: [v], params: { axis }, outputs: [out] }) => {
    const index = s.b.op("ArgMax", [s.wide(v!).name], { axis, keepdims: 0 });
    return toInt32(s, index, out!);
  },
  topK: (s, { inputs: [v], params: { k }, outputs: [out] }) => {
    const [, index] = s.b.ops("TopK", [s.wide(v!).name, s.b.integers([k])], 2, { axis: v!.shape.length - 1 });
    return toInt32(s, index!, out!);
  },
  argsort: (s, { inputs: [v], params: { descending }, outputs: [out] }) => {
    const axis = v!.shape.length - 1;
    const count = s.b.sizes([s.dims(v!)[axis]!]);
    const order = { axis, largest: descending ? 1 : 0 };
    const [, index] = s.b.ops("TopK", [s.wide(v!).name, count], 2, order);
    return toInt32(s, index!, out!);
  },
  recurrence,

  matmul: (s, { inputs, outputs: [out] }) => {
    const [a, b] = inputs as [Variable, Variable];
    const columns = s.definition(a, "reshape")?.inputs[0];
    const patches = columns && s.definition(columns, "patches");
    if (patches && a.shape.length === 2 && b.shape.length === 2 && a.dtype === "float32") {
      return convolved(s, patches, b, out!);
    }
    const matrix = (v: Variable): Value => {
      const x = s.narrow(v);
      const rows = x.dims.at(-2);
      const isWhole = rows === v.shape.at(-2) || (typeof rows === "object" && rows === s.dims(v).at(-2));
      return isWhole && x.dims.at(-1) === v.shape.at(-1) ? x : s.wide(v);
    };
    const [left, right] = [matrix(a), matrix(b)];
    const dims = [
      ...broadcastDims(left.dims.slice(0, -2), right.dims.slice(0, -2)),
      ...s.dims(out!).slice(-2),
    ];
    return { name: s.b.op("MatMul", [left.name, right.name]), dtype: out!.dtype, dims };
  },
  cholesky: refused,
  triangularSolve: refused,
  scan: (s, equation) => scan(s, equation, translate),
};

/** Writes the equations of a program, or of a loop's body, as nodes. @throws ShapeError naming a primitive */
export function translate(scope: Scope, { equations }: Program): void {
  for (const equation of equations) {
    const rule = operators[equation.primitive] as Rule<Primitive>;
    const [first] = equation.outputs as [Variable];
    const dims = scope.dims(first);
    const none = equation.outputs.length === 1 && isEmpty(dims); // no rule has to think of empty tensors
    const results = none ? [scope.b.empty(first.dtype, dims)] : [rule(scope, equation)].flat();
    equation.outputs.forEach((v, i) => {
      scope.set(v, results[i]!);
    });
  }
}

const plus = (s: Scope, x: Value, y: number) => s.b.elementwise("Add", [x, s.b.scalar(y, x.dtype)]);
const times = (s: Scope, x: Value, y: number) => s.b.elementwise("Mul", [x, s.b.scalar(y, x.dtype)]);

/** `condition ? x : y`. ONNX Runtime has no Where for bools. */
function choose(s: Scope, condition: Value, x: Value, y: Value): Value {
  if (x.dtype !== "bool") return s.b.elementwise("Where", [condition, x, y], x.dtype);
  const otherwise = s.b.elementwise("And", [s.b.elementwise("Not", [condition]), y]);
  return s.b.elementwise("Or", [s.b.elementwise("And", [condition, x]), otherwise]);
}

/** x <= 0 ? 0 : x. */
function isRelu(s: Scope, condition: Variable, zero: Variable, x: Variable): boolean {
  const isZero = (v: Variable) => s.uniform(v)?.every((value) => value === 0) ?? false;
  const [y, bound] = s.definition(condition, "lessEqual")?.inputs ?? [];
  return y === x && isZero(bound!) && isZero(zero) && x.dtype !== "int32";
}

/** A sum times one over the count, as ReduceMean: so the count need not be a constant. */
function mean(s: Scope, { inputs, outputs: [out] }: Equation<"mul">): Value | undefined {
  for (const [a, b] of [inputs, inputs.toReversed()] as [Variable, Variable][]) {
    const factors = s.uniform(b);
    const sum = s.definition(s.definition(a, "reshape")?.inputs[0] ?? a, "sum");
    if (!factors || !sum) continue;
    const [x] = sum.inputs as [Variable];
    const counts = s.counts(x, sum.params.axes);
    if (!factors.every((factor, i) => isReciprocal(factor, counts[i]!))) continue;
    return s.b.reshape(reduced(s, "ReduceMean", x, sum.params.axes, sum.outputs[0]!), s.dims(out!));
  }
  return undefined;
}

function isReciprocal(factor: number, count: number): boolean {
  return factor === 1 / count || factor === Math.fround(1 / count);
}

/** A reduction, whose axes became an input of the node in version 18, that of ReduceSum in 13. */
function reduced(
  s: Scope,
  op: "ReduceSum" | "ReduceMean" | "ReduceMax",
  v: Variable,
  axes: readonly number[],
  out: Variable,
): Value {
  const x = s.wide(v);
  if (axes.length === 0) return x;
  const name =
    op === "ReduceSum" || s.b.opset >= 18
      ? s.b.op(op, [x.name, s.b.integers(axes)], { keepdims: 0 })
      : s.b.op(op, [x.name], { axes, keepdims: 0 });
  return { name, dtype: x.dtype, dims: s.dims(out) };
}

const isWindow = (axes: readonly number[]) => axes.length === 2 && axes[0] === 3 && axes[1] === 4;

/** ONNX counts in int64. */
function toInt32(s: Scope, name: string, out: Variable): Value {
  return { name: s.b.op("Cast", [name], { to: elementNumber("int32") }), dtype: "int32", dims: s.dims(out) };
}

/** The product of the columns of patches and a matrix, as a convolution: `[pixels, features]`. */
function convolved(s: Scope, patches: Equation<"patches">, matrix: Variable, out: Variable): Value {
  const [, , , kernelHeight, kernelWidth, channels] = patches.outputs[0]!.shape as readonly number[];
  const features = matrix.shape[1]!;
  const filter = s.b.reshape(s.wide(matrix), [kernelHeight!, kernelWidth!, channels!, features]);
  const pixels = s.dims(patches.outputs[0]!).slice(0, 3);
  const images = convolution(s.b, s.wide(patches.inputs[0]!), filter, patches.params, [...pixels, features]);
  return s.b.reshape(images, s.dims(out));
}
