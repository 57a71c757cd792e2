/** Reads back what `exportOnnx` writes, as far as tests ask. */
import { readFields } from "../protobuf.js";

export interface ReadNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly number[] | ReadGraph>>;
}

export interface ReadGraph {
  readonly nodes: readonly ReadNode[];
  readonly initializers: ReadonlyMap<string, readonly number[]>;
  /** Shapes by name; names of sizes where they are open. */
  readonly inputs: ReadonlyMap<string, readonly (number | string)[]>;
  readonly outputs: ReadonlyMap<string, readonly (number | string)[]>;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** All fields of a number, as their message reads them. */
function all<T>(message: Uint8Array, field: number, read: (bytes: Uint8Array, number: number) => T): T[] {
  return [...readFields(message)].flatMap((it) => (it.field === field ? [read(it.bytes, it.number)] : []));
}

export function readOnnx(bytes: Uint8Array): { graph: ReadGraph; opset: number; irVersion: number } {
  return {
    irVersion: all(bytes, 1, (_, number) => number)[0]!,
    opset: all(bytes, 8, (message) => all(message, 2, (_, number) => number)[0]!)[0]!,
    graph: all(bytes, 7, readGraph)[0]!,
  };
}

function readGraph(bytes: Uint8Array): ReadGraph {
  return {
    nodes: all(bytes, 1, readNode),
    initializers: new Map(
      all(
        bytes,
        5,
        (tensor) => [text(all(tensor, 8, (name) => name)[0]!), all(tensor, 1, (_, size) => size)] as const,
      ),
    ),
    inputs: new Map(all(bytes, 11, readValue)),
    outputs: new Map(all(bytes, 12, readValue)),
  };
}

function readNode(bytes: Uint8Array): ReadNode {
  return {
    inputs: all(bytes, 1, text),
    outputs: all(bytes, 2, text),
    op: all(bytes, 4, text)[0]!,
    attributes: Object.fromEntries(all(bytes, 5, readAttribute)),
  };
}

function readAttribute(bytes: Uint8Array): [string, number | readonly number[] | ReadGraph] {
  const name = all(bytes, 1, text)[0]!;
  const [type] = all(bytes, 20, (_, number) => number);
  if (type === 5) return [name, all(bytes, 6, readGraph)[0]!];
  const integers = all(bytes, type === 2 ? 3 : 8, (_, number) => number);
  return [name, type === 2 ? integers[0]! : integers];
}

function readValue(bytes: Uint8Array): readonly [string, readonly (number | string)[]] {
  const [tensor] = all(bytes, 2, (type) => all(type, 1, (it) => it)[0]!);
  const [shape] = all(tensor!, 2, (it) => it);
  const dims = all(
    shape!,
    1,
    (dim) => [...readFields(dim)].map((it) => (it.field === 1 ? it.number : text(it.bytes)))[0]!,
  );
  return [text(all(bytes, 1, (it) => it)[0]!), dims];
}
