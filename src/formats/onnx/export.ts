/**
 * Functions as ONNX files, for any runtime that reads them.
 *
 *     function of tensors → program → calls inlined → nodes → bytes
 *
 * Convolutions, pooling, means and loops come out as the operators of that name; derivatives are programs like any
 * other, so that an inner loop of gradient steps can be exported as it is.
 *
 * Source: https://onnx.ai/onnx/repo-docs/IR.html
 * Checked against: onnx 1.23.2, checker.check_model; onnxruntime 1.32.0 (see test/peers.test.ts)
 *
 * @module
 */
import { ConfigError, ShapeError } from "../../errors.js";
import { type Program, trace } from "../../tensor/program.js";
import type { Spec } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { flatten, paths, type Structure, type Tree, unflatten } from "../../tensor/tree.js";
import { alignTraces, inlineCalls } from "./flat-program.js";
import { GraphBuilder } from "./graph-builder.js";
import { encodeModel, irVersions } from "./messages.js";
import { translate } from "./operators.js";
import { Scope } from "./scope.js";

export interface OnnxOptions {
  /** Names of the input's tensors, in their order. Default: their paths, or `input` where it is one tensor. */
  readonly inputs?: readonly string[];
  /** Names of the result's tensors, in their order. Default: their paths, or `output` where it is one tensor. */
  readonly outputs?: readonly string[];
  /**
   * The inputs, by name, whose leading axis may have any size, the same for all; true: every input. Sizes in the
   * function must then be constant or a multiple of it. Default: none, all sizes are those of the example.
   */
  readonly dynamicBatch?: boolean | readonly string[];
  /** Version of the operators, 17 to 21. Default: 17, which every runtime since 2022 reads. */
  readonly opset?: number;
}

/**
 * Returns an ONNX file of a function of parameters and an input. Parameters are stored in it under their paths, as in
 * a safetensors file of them.
 *
 * @param input an example, of which only structure, shapes and dtypes matter
 * @throws ShapeError, ConfigError for what ONNX cannot express, naming the primitive
 *
 * @example
 * const net = mlp([1, 40, 1]);
 * exportOnnx(net.apply, net.init(Rng.seed(0)), tensor([[0.5]]), { dynamicBatch: true });
 */
export function exportOnnx<P extends Tree, X extends Tree>(
  fn: (params: P, input: X) => Tree,
  params: P,
  input: X,
  { inputs, outputs, dynamicBatch = false, opset = 17 }: OnnxOptions = {},
): Uint8Array {
  if (!irVersions.has(opset)) {
    throw new ConfigError(
      `exportOnnx: opset must be one of ${[...irVersions.keys()].join(", ")}, got ${opset}`,
    );
  }
  const [paramLeaves, paramStructure] = flatten(params, "exportOnnx: params");
  const [inputLeaves, inputStructure] = flatten(input, "exportOnnx: input");
  const paramNames = namesOf(paramStructure, "params");
  const inputNames = named(inputs, namesOf(inputStructure, "input"), "inputs");
  const isDynamic = dynamicInputs(dynamicBatch, inputNames);
  const batch = batchSize(inputLeaves, inputNames, isDynamic);

  let resultStructure: Structure | undefined;
  const traceFor = (size: number): Program => {
    const specs = inputLeaves.map(({ shape, dtype }, i): Spec => {
      return isDynamic[i] ? { shape: [size, ...shape.slice(1)], dtype } : { shape, dtype };
    });
    const { program, captures } = trace(
      (leaves) => {
        const p = unflatten<P>(paramStructure, leaves.slice(0, paramLeaves.length));
        const x = unflatten<X>(inputStructure, leaves.slice(paramLeaves.length));
        const [results, structure] = flatten(fn(p, x), "exportOnnx: result");
        resultStructure = structure;
        return results;
      },
      [...paramLeaves, ...specs],
      "exportOnnx",
    );
    if (captures.length > 0)
      throw new ShapeError("exportOnnx: expected tensors with values, got those of a running transform");
    return inlineCalls(program);
  };
  const traced = { program: traceFor(batch), batch };
  const other = 2 * batch + 1;
  const flat = alignTraces(
    traced,
    isDynamic.includes(true) ? { program: traceFor(other), batch: other } : undefined,
  );

  const b = new GraphBuilder(opset);
  const declared = inputLeaves.map(({ dtype }, i) => {
    return b.input(inputNames[i]!, dtype, flat.dims.get(flat.inputs[paramLeaves.length + i]!)!);
  });
  const stored = paramLeaves.map((leaf, i) =>
    b.initializer(b.name(paramNames[i]!), leaf.dtype, leaf.shape, leaf.data()),
  );
  const results = named(outputs, namesOf(resultStructure!, "output"), "outputs").map((name) => b.name(name));
  const scope = new Scope(b, flat, flat, [...stored, ...declared]);
  translate(scope, flat);
  const returned = flat.outputs.map((v, i) => b.identity(scope.wide(v), results[i]!));
  return encodeModel({ graph: b.graph("metagrad", declared, returned), opset });
}

/** Paths of the leaves, or a name where there is but one without a path. */
function namesOf(structure: Structure, alone: string): string[] {
  return paths(structure).map((path) => (path === "" ? alone : path));
}

function named(
  given: readonly string[] | undefined,
  found: readonly string[],
  option: string,
): readonly string[] {
  if (given === undefined) return found;
  if (given.length === found.length) return given;
  throw new ConfigError(
    `exportOnnx: ${option} must name ${found.length} tensors (${found.join(", ")}), got [${given.join(", ")}]`,
  );
}

function dynamicInputs(dynamicBatch: boolean | readonly string[], names: readonly string[]): boolean[] {
  if (typeof dynamicBatch === "boolean") return names.map(() => dynamicBatch);
  const unknown = dynamicBatch.find((name) => !names.includes(name));
  if (unknown === undefined) return names.map((name) => dynamicBatch.includes(name));
  throw new ConfigError(`exportOnnx: dynamicBatch must name inputs (${names.join(", ")}), got ${unknown}`);
}

/** The leading size of all inputs whose batch is dynamic; 1 where none is. */
function batchSize(
  leaves: readonly Tensor[],
  names: readonly string[],
  isDynamic: readonly boolean[],
): number {
  const dynamic = leaves.flatMap(({ shape }, i) =>
    isDynamic[i] ? [{ name: names[i]!, size: shape[0] }] : [],
  );
  const [first] = dynamic;
  if (!first) return 1;
  for (const { name, size } of dynamic) {
    if (size === undefined || size < 1 || size !== first.size) {
      throw new ShapeError(
        `exportOnnx: inputs with a dynamic batch must have one leading size of at least 1, got ${size ?? "none"} for ${name} and ${first.size} for ${first.name}`,
      );
    }
  }
  return first.size!;
}
