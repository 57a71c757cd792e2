/**
 * Writes an ONNX graph, node by node.
 *
 * Values are as small as broadcasting lets them be: an element-wise node takes `[features]` beside
 * `[batch, features]`, as ONNX broadcasts by itself, and only nodes that need all elements see them repeated.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { DType } from "../../tensor/dtype.js";
import { range } from "../../tensor/shape.js";
import {
  type Dim,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxType,
  type OnnxValue,
  showDim,
} from "./messages.js";

/** A value of the graph. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
}

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** What a whole file has once: its names, and its constants. */
interface File {
  readonly opset: number;
  readonly names: Set<string>;
  readonly initializers: OnnxTensor[];
  readonly constants: Map<string, string>;
  /** An input whose first axis is the batch. */
  batchInput: string | undefined;
}

export class GraphBuilder {
  readonly #file: File;
  readonly #parent: GraphBuilder | undefined;
  readonly #nodes: OnnxNode[] = [];
  /** Values that were reshaped or transposed, by the name of the result. */
  readonly #moved = new Map<string, { readonly source: Value; readonly permutation?: readonly number[] }>();
  readonly #written = new Map<string, string>();

  /** @param parent of a graph inside an attribute, which sees the values of its parent: use `inner` */
  constructor(opset: number, parent?: GraphBuilder) {
    this.#parent = parent;
    const empty = { names: new Set<string>(), initializers: [], constants: new Map(), batchInput: undefined };
    this.#file = parent ? parent.#file : { opset, ...empty };
  }

  get opset(): number {
    return this.#file.opset;
  }

  /** A graph inside an attribute. */
  inner(): GraphBuilder {
    return new GraphBuilder(this.opset, this);
  }

  /** Takes a name that callers will see. @throws ShapeError where it is taken */
  name(wanted: string): string {
    if (this.#file.names.has(wanted)) {
      throw new ShapeError(
        `exportOnnx: names must differ, got ${wanted} twice. Give other names by inputs or outputs`,
      );
    }
    this.#file.names.add(wanted);
    return wanted;
  }

  /** Takes a name that begins so. */
  fresh(stem: string): string {
    const taken = this.#file.names;
    for (let i = 0; ; i++) if (!taken.has(`${stem}_${i}`)) return this.name(`${stem}_${i}`);
  }

  input(name: string, dtype: DType, dims: readonly Dim[]): Value {
    if (typeof dims[0] === "object" && dims[0].batches === 1) this.#file.batchInput ??= name;
    return { name: this.name(name), dtype, dims };
  }

  /** A value that the file holds, under a name that `name` or `fresh` gave. */
  initializer(name: string, dtype: DType, shape: readonly number[], data: ArrayBufferView): Value {
    this.#file.initializers.push({ name, dtype, shape, data });
    return { name, dtype, dims: shape };
  }

  /** A number. */
  scalar(value: number, dtype: DType): Value {
    const data = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }[
      dtype
    ].of(value);
    return { name: this.#constant(dtype, [], data), dtype, dims: [] };
  }

  /** Whole numbers, `[length]`. */
  list(values: readonly number[]): Value {
    const name = this.#constant("int32", [values.length], Int32Array.from(values));
    return { name, dtype: "int32", dims: [values.length] };
  }

  /** A whole number of the type that axes have. */
  integer(value: number): string {
    return this.#constant("int64", [], BigInt64Array.of(BigInt(value)));
  }

  /** A list of whole numbers, of the type that shapes and axes have. */
  integers(list: readonly (number | bigint)[]): string {
    return this.#constant("int64", [list.length], BigInt64Array.from(list, BigInt));
  }

  #constant(dtype: OnnxType, shape: readonly number[], data: ArrayBufferView & ArrayLike<unknown>): string {
    const values = Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value)));
    const key = `${dtype}[${shape}] ${values}`;
    let name = this.#file.constants.get(key);
    if (name === undefined) {
      name = this.fresh("constant");
      this.#file.constants.set(key, name);
      this.#file.initializers.push({ name, dtype, shape, data });
    }
    return name;
  }

  /** Writes a node with one result, or finds it where it was written before. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const key = `${op} ${JSON.stringify([inputs, attributes])}`;
    const known = this.#known(key);
    if (known !== undefined) return known;
    const output = this.fresh(op);
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    this.#written.set(key, output);
    return output;
  }

  #known(key: string): string | undefined {
    return this.#written.get(key) ?? (this.#parent ? this.#parent.#known(key) : undefined);
  }

  /** Writes a node with several results. */
  ops(op: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = range(count).map(() => this.fresh(op));
    this.#nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** An element-wise node. Operands are repeated by ONNX, results are as small as that allows. */
  elementwise(op: string, operands: readonly Value[], dtype: DType = operands[0]!.dtype): Value {
    const dims = operands.map((operand) => operand.dims).reduce(broadcastDims);
    return {
      name: this.op(
        op,
        operands.map(({ name }) => name),
      ),
      dtype,
      dims,
    };
  }

  /** The same elements under another shape. */
  reshape(x: Value, dims: readonly Dim[]): Value {
    const before = this.#movedFrom(x.name);
    const source = before && !before.permutation ? before.source : x;
    if (sameDims(source.dims, dims)) return source;
    const empty = dims.includes(0);
    const name = this.op("Reshape", [source.name, this.#shape(dims, !empty)], empty ? { allowzero: 1 } : {});
    this.#moved.set(name, { source });
    return { name, dtype: x.dtype, dims };
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    const before = this.#movedFrom(x.name);
    const source = before?.permutation ? before.source : x;
    const whole = before?.permutation ? permutation.map((axis) => before.permutation![axis]!) : permutation;
    if (whole.every((axis, i) => axis === i)) return source;
    const name = this.op("Transpose", [source.name], { perm: whole });
    this.#moved.set(name, { source, permutation: whole });
    return { name, dtype: x.dtype, dims: whole.map((axis) => source.dims[axis]!) };
  }

  #movedFrom(name: string): { source: Value; permutation?: readonly number[] } | undefined {
    return this.#moved.get(name) ?? (this.#parent ? this.#parent.#movedFrom(name) : undefined);
  }

  /** No elements, of a shape that says so. */
  empty(dtype: DType, shape: readonly number[]): Value {
    return { name: this.#constant(dtype, shape, new Uint8Array(0)), dtype, dims: shape };
  }

  /** Repeats elements to a shape. */
  expand(x: Value, dims: readonly Dim[]): Value {
    if (sameDims(x.dims, dims)) return x;
    if (isEmpty(dims)) return this.empty(x.dtype, dims); // Expand does not repeat to none
    return { name: this.op("Expand", [x.name, this.#shape(dims, false)]), dtype: x.dtype, dims };
  }

  /** Sizes as a value, known when the graph runs. */
  sizes(dims: readonly Dim[]): string {
    return this.#shape(dims, false);
  }

  /** A shape as a value. @param infer whether one size may be -1: what is left */
  #shape(dims: readonly Dim[], infer: boolean): string {
    const open = dims.filter((dim) => typeof dim === "object").length;
    if (open === 0) return this.integers(dims as number[]);
    if (open === 1 && infer) return this.integers(dims.map((dim) => (typeof dim === "object" ? -1 : dim)));
    const batch = this.op("Shape", [this.#file.batchInput!], { start: 0, end: 1 });
    const parts = dims.map((dim) => {
      if (typeof dim === "number") return this.integers([dim]);
      return dim.batches === 1 ? batch : this.op("Mul", [batch, this.integers([dim.batches])]);
    });
    return parts.length === 1 ? parts[0]! : this.op("Concat", parts, { axis: 0 });
  }

  /** A copy of a value, under a name that callers will see or that is written here. */
  identity(x: Value, name: string): Value {
    this.#nodes.push({ op: "Identity", inputs: [x.name], outputs: [name], attributes: {} });
    return { ...x, name };
  }

  /** The graph, without what its results do not need. */
  graph(name: string, inputs: readonly Value[], outputs: readonly Value[]): OnnxGraph {
    const needed = new Set(outputs.map((output) => output.name));
    const nodes: OnnxNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      for (const used of usedBy(node)) needed.add(used);
      nodes.push(node);
    }
    const initializers = this.#parent
      ? []
      : this.#file.initializers.filter((tensor) => needed.has(tensor.name));
    const declared = (value: Value): OnnxValue => ({
      name: value.name,
      dtype: value.dtype,
      dims: value.dims,
    });
    return {
      name,
      nodes: nodes.reverse(),
      initializers,
      inputs: inputs.map(declared),
      outputs: outputs.map(declared),
    };
  }
}

/** Names that a node reads, those of its inner graphs included. */
function usedBy({ inputs, attributes }: OnnxNode): string[] {
  const graphs = Object.values(attributes).filter((value) => typeof value === "object" && "nodes" in value);
  return [
    ...inputs,
    ...graphs.flatMap(({ nodes, outputs }) => [...outputs.map(({ name }) => name), ...nodes.flatMap(usedBy)]),
  ];
}

/** Whether a shape is known to have no elements. */
export function isEmpty(dims: readonly Dim[]): dims is readonly number[] {
  return dims.includes(0) && dims.every((dim) => typeof dim === "number");
}

function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => showDim(dim) === showDim(b[i]!));
}

/** The sizes that both are repeated to, aligned at the last axis; they are known to fit. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return range(rank).map((axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return left === 1 ? right : left;
  });
}
