/**
 * Trees of tensors as safetensors, such as weights: each tensor under its path in the tree, as `layers.0.weight`.
 *
 * What is loaded is built as a template, such as freshly initialised parameters: a file says which tensors it has, but
 * not whether `0` is an index or a name. Structure, shapes and dtypes must be those of the template.
 *
 * @module
 */
import { ConfigError, FormatError } from "../errors.js";
import { type DType, type Tensor, type Tree, tensor, tree } from "../tensor/index.js";
import { decodeSafetensors, encodeSafetensors, type SafetensorsDtype } from "./safetensors.js";

const stored: Readonly<Record<DType, SafetensorsDtype>> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  bool: "BOOL",
};

/** The name of a tree that is a single tensor. */
const ROOT = "value";

/**
 * Returns the bytes of a safetensors file. The values are stored exactly.
 *
 * @param metadata strings to keep beside the tensors
 * @throws ShapeError where something is no tree of tensors; ConfigError where two tensors would share a name
 *
 * @example
 * const net = mlp([1, 8, 1]);
 * const params = net.init(Rng.seed(0));
 * const bytes = saveTree(params); // writeFileSync("weights.safetensors", bytes), or a download
 * const again = loadTree(bytes, net.init(Rng.seed(1)));
 */
export function saveTree(values: Tree, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries = namedTensors(values).map(([name, leaf]) => {
    return [name, { dtype: stored[leaf.dtype], shape: leaf.shape, data: leaf.data() }] as const;
  });
  return encodeSafetensors(new Map(entries), metadata);
}

/**
 * Returns a tree built as `template`, with the values of a safetensors file.
 *
 * @param name the file's, for error messages
 * @throws FormatError for other tensors, shapes or dtypes than the template's, all of them named at once
 */
export function loadTree<T extends Tree>(bytes: Uint8Array, template: T, name = "loadTree"): T {
  if (!(bytes instanceof Uint8Array)) {
    throw new ConfigError(
      `${name}: expected the bytes of a file, a Uint8Array, got ${kindOf(bytes)}. Convert an ArrayBuffer with new Uint8Array(buffer)`,
    );
  }
  const wanted = namedTensors(template);
  const { tensors } = decodeSafetensors(bytes, name);
  const names = new Set(wanted.map(([path]) => path));
  const extra = [...tensors.keys()].filter((path) => !names.has(path));
  const wrong = wanted.flatMap(([path, leaf]) => {
    const found = tensors.get(path);
    const want = `${stored[leaf.dtype]}[${leaf.shape.join(", ")}]`;
    const got = found === undefined ? "none" : `${found.dtype}[${found.shape.join(", ")}]`;
    return got === want ? [] : [`${path} must be ${want}, got ${got}`];
  });
  const problems = [...wrong, ...extra.map((path) => `${path} is not in the template`)];
  if (problems.length > 0) {
    throw new FormatError(
      `${name}: ${listed(problems)}. Was it saved from a network, or by a config, of other sizes?`,
    );
  }
  const [, structure] = tree.flatten(template);
  const leaves = wanted.map(([path, { dtype, shape }]) => tensor(tensors.get(path)!.data, { dtype, shape }));
  return tree.unflatten<T>(structure, leaves);
}

/** The tensors of a tree by their paths, in the order of `tree.flatten`. @throws ShapeError, ConfigError */
export function namedTensors(values: Tree, who = "tree"): [name: string, leaf: Tensor][] {
  const [leaves, structure] = tree.flatten(values, who);
  const names = tree.paths(structure).map((path) => (path === "" ? ROOT : path));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new ConfigError(
      `${who}: two tensors would be saved as ${twice}. Give one of them a name without a dot`,
    );
  }
  return leaves.map((leaf, i) => [names[i]!, leaf]);
}

const MOST_LISTED = 5;

function listed(problems: readonly string[]): string {
  const shown = problems.slice(0, MOST_LISTED).join("; ");
  const left = problems.length - MOST_LISTED;
  return left > 0 ? `${shown}; and ${left} more` : shown;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
}
