/**
 * The messages of an ONNX file that a function needs, and their bytes.
 *
 * Source: https://github.com/onnx/onnx, onnx/onnx.proto, of which the field numbers are
 *
 * @module
 */
import { MetaError } from "../../errors.js";
import { concatBytes } from "../concat-bytes.js";
import { bytesField, varintField } from "../protobuf.js";

export type OnnxType = keyof typeof elementNumbers;

const elementNumbers = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** A number of elements: known, or a multiple of the batch size. */
export type Dim = number | { readonly batches: number };

/** What is known of a value that comes from or goes to the caller. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly dims: readonly Dim[];
}

/** A value that the file holds. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly data: ArrayBufferView;
}

export type OnnxAttribute = number | readonly number[] | OnnxGraph;

export interface OnnxNode {
  readonly op: string;
  /** Names of values; an empty one stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers, lists of integers and graphs: no others are used. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxModel {
  readonly graph: OnnxGraph;
  readonly opset: number;
}

/** The versions of the default operator set that are written, with the file version that each needs. */
export const irVersions: ReadonlyMap<number, number> = new Map([
  [17, 8],
  [18, 8],
  [19, 9],
  [20, 9],
  [21, 10],
]);

const LARGEST = 2 ** 31 - 1; // of a protocol buffer

/** Returns the bytes of a file. @throws MetaError for 2 GiB and more */
export function encodeModel({ graph, opset }: OnnxModel): Uint8Array {
  const bytes = concatBytes([
    varintField(1, irVersions.get(opset)!),
    bytesField(2, "metagrad"),
    bytesField(7, encodeGraph(graph)),
    bytesField(8, varintField(2, opset)), // the default domain has no name
  ]);
  if (bytes.length > LARGEST) {
    throw new MetaError(`exportOnnx: a file must have less than 2 GiB, got ${bytes.length} bytes`);
  }
  return bytes;
}

function encodeGraph({ name, nodes, initializers, inputs, outputs }: OnnxGraph): Uint8Array {
  return concatBytes([
    ...nodes.map((node) => bytesField(1, encodeNode(node))),
    bytesField(2, name),
    ...initializers.map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...inputs.map((value) => bytesField(11, encodeValue(value))),
    ...outputs.map((value) => bytesField(12, encodeValue(value))),
  ]);
}

function encodeNode({ op, inputs, outputs, attributes }: OnnxNode): Uint8Array {
  return concatBytes([
    ...inputs.map((name) => bytesField(1, name)),
    ...outputs.map((name) => bytesField(2, name)),
    bytesField(3, outputs[0]!),
    bytesField(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
  ]);
}

function encodeAttribute(name: string, value: OnnxAttribute): Uint8Array {
  const [INT, GRAPH, INTS] = [2, 5, 7];
  if (typeof value === "number") {
    return concatBytes([bytesField(1, name), varintField(3, value), varintField(20, INT)]);
  }
  if ("nodes" in value) {
    return concatBytes([bytesField(1, name), bytesField(6, encodeGraph(value)), varintField(20, GRAPH)]);
  }
  const integers = value.map((integer) => varintField(8, integer));
  return concatBytes([bytesField(1, name), ...integers, varintField(20, INTS)]);
}

function encodeTensor({ name, dtype, shape, data }: OnnxTensor): Uint8Array {
  return concatBytes([
    ...shape.map((size) => varintField(1, size)),
    varintField(2, elementNumbers[dtype]),
    bytesField(8, name),
    bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

function encodeValue({ name, dtype, dims }: OnnxValue): Uint8Array {
  const shape = dims.map((dim) => {
    return bytesField(1, typeof dim === "number" ? varintField(1, dim) : bytesField(2, showDim(dim)));
  });
  const tensor = concatBytes([varintField(1, elementNumbers[dtype]), bytesField(2, concatBytes(shape))]);
  return concatBytes([bytesField(1, name), bytesField(2, bytesField(1, tensor))]);
}

/** `28`, `batch`, `5*batch`. */
export function showDim(dim: Dim): string {
  if (typeof dim === "number") return String(dim);
  return dim.batches === 1 ? "batch" : `${dim.batches}*batch`;
}

/** The number that stands for a type in files. */
export function elementNumber(dtype: OnnxType): number {
  return elementNumbers[dtype];
}
