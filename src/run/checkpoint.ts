/**
 * Trees of tensors as safetensors, each tensor under its path in the tree: `params.0.weight`.
 *
 * @module
 */
import { FormatError } from "../errors.js";
import { decodeSafetensors, encodeSafetensors, type SafetensorsDtype } from "../formats/index.js";
import { type DType, type Tensor, type Tree, tensor, tree } from "../tensor/index.js";

const stored: Readonly<Record<DType, SafetensorsDtype>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  bool: "BOOL",
};

/** Returns the bytes of a safetensors file. The values are stored exactly. */
export function encodeTree(state: Tree, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  return encodeSafetensors(
    new Map(
      namedTensors(state).map(([path, { dtype, shape, data }]) => {
        return [path, { dtype: stored[dtype], shape, data: data() }] as const;
      }),
    ),
    metadata,
  );
}

/**
 * Returns a tree built as `template`, with the values of a safetensors file.
 *
 * @param file its name, for messages
 * @throws FormatError when the file has other tensors than the template
 */
export function decodeTree<T extends Tree>(bytes: Uint8Array, template: T, file: string): T {
  const { tensors } = decodeSafetensors(bytes, file);
  const [, structure] = tree.flatten(template);
  const expected = namedTensors(template);
  const extra = [...tensors.keys()].find((path) => !expected.some(([name]) => name === path));
  if (extra !== undefined) throw new FormatError(`${file}: ${extra} is not a tensor of this learner's state`);
  const leaves = expected.map(([path, { dtype, shape }]) => {
    const found = tensors.get(path);
    const want = `${stored[dtype]}[${shape.join(", ")}]`;
    const got = found === undefined ? "none" : `${found.dtype}[${found.shape.join(", ")}]`;
    if (found === undefined || got !== want) {
      throw new FormatError(`${file}: ${path} must be ${want}, got ${got}. Was it made with another config?`);
    }
    return tensor(found.data, { dtype, shape });
  });
  return tree.unflatten<T>(structure, leaves);
}

/** Returns the path of a float tensor that holds NaN or infinity, if there is one. */
export function findNonFinite(state: Tree): string | undefined {
  return namedTensors(state).find(([, { dtype, data }]) => {
    return (dtype === "float32" || dtype === "float64") && !data().every(Number.isFinite);
  })?.[0];
}

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: () => ReturnType<Tensor["data"]>;
}

function namedTensors(state: Tree): [path: string, value: Stored][] {
  const [leaves, structure] = tree.flatten(state);
  return tree.paths(structure).map((path, i) => {
    const leaf = leaves[i]!;
    return [path === "" ? "value" : path, { dtype: leaf.dtype, shape: leaf.shape, data: () => leaf.data() }];
  });
}
