/**
 * Trees: nested arrays and plain objects with tensors (or anything else) at the leaves.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import { describeOperand, isHostArray } from "./operand.js";
import { Tensor } from "./tensor.js";

/** A tree whose leaves are tensors: parameters, batches, optimiser states. Empty arrays and objects are allowed. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** Parameters of a model: a tree of float tensors. */
export type Params = Tree;

/** `T` with every tensor replaced by `Leaf`. */
export type MapTree<T, Leaf> = T extends Tensor ? Leaf : { [K in keyof T]: MapTree<T[K], Leaf> };

/** How a tree is built, without its leaves. */
export type Structure =
  | { readonly kind: "leaf" }
  | { readonly kind: "array"; readonly items: readonly Structure[] }
  | { readonly kind: "object"; readonly names: readonly string[]; readonly items: readonly Structure[] };

const LEAF: Structure = { kind: "leaf" };

/** Lists the tensors of a tree, objects by insertion order, with the structure to rebuild it. */
export function flatten(tree: unknown, who = "tree"): [leaves: Tensor[], structure: Structure] {
  const leaves: Tensor[] = [];
  const visit = (node: unknown, path: string): Structure => {
    if (node instanceof Tensor) {
      leaves.push(node);
      return LEAF;
    }
    if (Array.isArray(node)) {
      return { kind: "array", items: node.map((item, i) => visit(item, `${path}[${i}]`)) };
    }
    if (isHostArray(node) || ArrayBuffer.isView(node)) {
      throw new ShapeError(`${path} must be a tensor, got ${describeOperand(node)}`);
    }
    if (typeof node === "object" && node !== null && isPlain(node)) {
      const names = Object.keys(node);
      const items = names.map((name) => visit((node as Record<string, unknown>)[name], `${path}.${name}`));
      return { kind: "object", names, items };
    }
    throw new ShapeError(
      `${path} must be a tensor, or an array or plain object of tensors, got ${describe(node)}`,
    );
  };
  return [leaves, visit(tree, who)];
}

/**
 * Lists the tensors of a tree that is built like `structure`, as `flatten` does but without describing it anew.
 *
 * @returns false where it is built otherwise; `leaves` holds some of its tensors then
 */
export function collectLeaves(tree: unknown, structure: Structure, leaves: Tensor[]): boolean {
  if (structure.kind === "leaf") {
    if (!(tree instanceof Tensor)) return false;
    leaves.push(tree);
    return true;
  }
  const { items } = structure;
  if (structure.kind === "array") {
    if (!Array.isArray(tree) || tree.length !== items.length) return false;
    for (let i = 0; i < items.length; i++) if (!collectLeaves(tree[i], items[i]!, leaves)) return false;
    return true;
  }
  if (typeof tree !== "object" || tree === null || !isPlain(tree)) return false;
  const { names } = structure;
  let i = 0;
  for (const name in tree) {
    if (name !== names[i]) return false;
    if (!collectLeaves((tree as Record<string, unknown>)[name], items[i]!, leaves)) return false;
    i++;
  }
  return i === names.length;
}

/** Builds a tree from its structure and its leaves, in the order of `flatten`. */
export function unflatten<T = unknown>(structure: Structure, leaves: readonly unknown[]): T {
  return build(structure, leaves, { next: 0 }) as T;
}

function build(structure: Structure, leaves: readonly unknown[], at: { next: number }): unknown {
  if (structure.kind === "leaf") return leaves[at.next++];
  const { items } = structure;
  if (structure.kind === "array") {
    const array = new Array<unknown>(items.length);
    for (let i = 0; i < items.length; i++) array[i] = build(items[i]!, leaves, at);
    return array;
  }
  const object: Record<string, unknown> = {};
  for (let i = 0; i < items.length; i++) {
    const name = structure.names[i]!;
    const value = build(items[i]!, leaves, at);
    if (name === "__proto__") Object.defineProperty(object, name, { ...OWN, value });
    else object[name] = value;
  }
  return object;
}

const OWN = { enumerable: true, writable: true, configurable: true };

/** The tensors of a tree. */
export function leaves(tree: unknown): Tensor[] {
  return flatten(tree)[0];
}

/** Applies `f` to the leaves of trees of the same structure, and builds the tree of its results. */
export function map<T>(f: (...leaves: Tensor[]) => Tensor, tree: T, ...others: readonly unknown[]): T;
export function map<T, R>(
  f: (...leaves: Tensor[]) => R,
  tree: T,
  ...others: readonly unknown[]
): MapTree<T, R>;
export function map<T, R>(
  f: (...leaves: Tensor[]) => R,
  tree: T,
  ...others: readonly unknown[]
): MapTree<T, R> {
  const [first, structure] = flatten(tree);
  const rest = others.map((other) => {
    const [otherLeaves, otherStructure] = flatten(other);
    expectSame(structure, otherStructure, "tree.map");
    return otherLeaves;
  });
  return unflatten(
    structure,
    first.map((leaf, i) => f(leaf, ...rest.map((list) => list[i]!))),
  );
}

/** Whether two trees are built alike. */
export function sameStructure(a: Structure, b: Structure): boolean {
  if (a.kind === "leaf" || b.kind === "leaf") return a.kind === b.kind;
  if (a.kind !== b.kind || a.items.length !== b.items.length) return false;
  if (a.kind === "object" && b.kind === "object" && a.names.some((name, i) => name !== b.names[i]))
    return false;
  return a.items.every((item, i) => sameStructure(item, b.items[i]!));
}

/** @throws ShapeError when the structures differ */
export function expectSame(expected: Structure, got: Structure, who: string): void {
  if (!sameStructure(expected, got)) {
    throw new ShapeError(
      `${who}: trees must be built alike, expected ${showStructure(expected)}, got ${showStructure(got)}`,
    );
  }
}

/** `{w: *, b: *}`. */
export function showStructure(structure: Structure): string {
  if (structure.kind === "leaf") return "*";
  if (structure.kind === "array") return `[${structure.items.map(showStructure).join(", ")}]`;
  return `{${structure.names.map((name, i) => `${name}: ${showStructure(structure.items[i]!)}`).join(", ")}}`;
}

/** Paths of the leaves, as in `layers.0.weight`. */
export function paths(structure: Structure, prefix = ""): string[] {
  if (structure.kind === "leaf") return [prefix];
  const under = (name: string) => (prefix === "" ? name : `${prefix}.${name}`);
  return structure.items.flatMap((item, i) =>
    paths(item, under(structure.kind === "object" ? structure.names[i]! : String(i))),
  );
}

function isPlain(node: object): boolean {
  const prototype = Object.getPrototypeOf(node);
  return prototype === Object.prototype || prototype === null;
}

function describe(node: unknown): string {
  if (node === null || node === undefined) return String(node);
  return typeof node === "object"
    ? (node.constructor?.name ?? "an object")
    : `${typeof node} ${String(node)}`;
}
