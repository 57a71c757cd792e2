/**
 * Rows by their index. What is out of range is read and written as NaN, as in compiled programs; ONNX would refuse it.
 *
 * @module
 */
import { isFloat, missing } from "../../tensor/dtype.js";
import type { PrimitiveParams } from "../../tensor/primitives.js";
import { range } from "../../tensor/shape.js";
import type { GraphBuilder, Value } from "./graph-builder.js";
import { type Dim, elementNumber } from "./messages.js";

/** out[b, i, :] = x[b, index[b, i], :]. */
export function gather(
  b: GraphBuilder,
  x: Value,
  index: Value,
  batchRank: number,
  out: readonly Dim[],
): Value {
  const rows = x.dims[batchRank] as number;
  const nothing = b.scalar(missing(x.dtype), x.dtype);
  if (rows === 0) return nothing;
  const zero = b.scalar(0, "int32");
  const isInside = inRange(b, index, rows);
  const safe = b.elementwise("Where", [isInside, index, zero], "int32");
  const read: Value = { name: readRows(b, x, safe, batchRank), dtype: x.dtype, dims: out };
  const mask = b.reshape(isInside, [...index.dims, ...x.dims.slice(batchRank + 1).map(() => 1)]);
  return x.dtype === "bool"
    ? b.elementwise("Or", [b.elementwise("Not", [mask]), read])
    : b.elementwise("Where", [mask, read, nothing], x.dtype);
}

function inRange(b: GraphBuilder, index: Value, rows: number): Value {
  const bounds = [
    b.elementwise("LessOrEqual", [b.scalar(0, "int32"), index], "bool"),
    b.elementwise("Less", [index, b.scalar(rows, "int32")], "bool"),
  ];
  return b.elementwise("And", bounds, "bool");
}

function readRows(b: GraphBuilder, x: Value, index: Value, batchRank: number): string {
  if (batchRank === 0) return b.op("Gather", [x.name, index.name], { axis: 0 });
  const int64 = b.op("Cast", [index.name], { to: elementNumber("int64") });
  const column = b.op("Unsqueeze", [int64, b.integers([batchRank + 1])]);
  return b.op("GatherND", [x.name, column], { batch_dims: batchRank });
}

/** out[b, r, :] = Σ over i with index[b, i] = r of updates[b, i, :], as a product with zeros and ones. */
export function scatterAdd(
  b: GraphBuilder,
  updates: Value,
  index: Value,
  { batchRank, rows }: PrimitiveParams["scatterAdd"],
  out: readonly Dim[],
): Value {
  const batch = updates.dims.slice(0, batchRank);
  const count = index.dims[batchRank]!;
  const each = b.reshape(b.list(range(rows)), [rows, 1]);
  const isRow = b.elementwise("Equal", [b.reshape(index, [...batch, 1, count]), each], "bool");
  const dtype = updates.dtype;
  const name = b.op("Cast", [isRow.name], { to: elementNumber(dtype) });
  const ones: Value = { name, dtype, dims: isRow.dims };
  const isInside = b.reshape(inRange(b, index, rows), [...batch, 1, count]);
  const factors = isFloat(dtype) // NaN times anything, added to every row
    ? b.elementwise("Where", [isInside, ones, b.scalar(missing(dtype), dtype)], dtype)
    : ones;
  const width = updates.dims.slice(batchRank + 1).reduce<number>((size, dim) => size * (dim as number), 1);
  const flat = b.reshape(updates, [...batch, count, width]);
  const product = { name: b.op("MatMul", [factors.name, flat.name]), dtype, dims: [...batch, rows, width] };
  return b.reshape(product, out);
}
