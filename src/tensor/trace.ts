/**
 * Who computes an operation: the stack of interpreters.
 *
 * Outside every transform the eager reference computes at once. `grad`, `jvp`, `vmap` and `compile` each push
 * an interpreter while they run a function; an operation belongs to the innermost interpreter that owns one
 * of its operands. Because rules are written in operations themselves, transforms nest in any order.
 *
 * After JAX's core and its tutorial "Autodidax".
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import { withoutDraws } from "../random/draws.js";
import { eager } from "./eager/index.js";
import type { Primitive, PrimitiveParams } from "./primitives.js";
import type { Spec } from "./shape.js";
import { showSpec } from "./shape.js";
import { shapeRules } from "./shape-rules.js";
import type { Tensor } from "./tensor.js";

/** An interpreter of primitives. */
export interface Trace {
  /** Position in the stack; the eager reference is 0. */
  readonly level: number;
  /** For messages: `grad`, `vmap`, `compile`, … */
  readonly name: string;
  /** Wraps a tensor of an outer interpreter as one of this. */
  lift(x: Tensor): Tensor;
  /** Interprets one primitive; the operands are all its own. */
  process<P extends Primitive>(
    primitive: P,
    inputs: readonly Tensor[],
    params: PrimitiveParams[P],
    specs: readonly Spec[],
  ): Tensor[];
}

const stack: Trace[] = [];

/** Transforms that run a function once for many elements, steps or calls. */
const RUNS_ONCE: ReadonlySet<string> = new Set(["compile", "scan", "vmap", "exportOnnx"]);

/** Runs `body` with a new innermost interpreter. */
export function withTrace<T extends Trace, R>(make: (level: number) => T, body: (trace: T) => R): R {
  const depth = stack.length;
  const trace = make(depth + 1);
  stack.push(trace);
  try {
    return RUNS_ONCE.has(trace.name) ? withoutDraws(trace.name, () => body(trace)) : body(trace);
  } finally {
    stack.length = depth;
  }
}

/** Computes a primitive, checked for shapes and types, by the interpreter that its operands belong to. */
export function bind<P extends Primitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
): Tensor[] {
  const specs = shapeRules[primitive](inputs, params);
  let top: Trace = eager;
  for (const { trace } of inputs) if (trace.level > top.level) top = trace;
  if (top.level === 0) return eager.process(primitive, inputs, params, specs);
  if (stack[top.level - 1] !== top) {
    const leaked = inputs.find(({ trace }) => trace === top)!;
    throw new ShapeError(
      `${primitive}: operands must belong to a running transform, got ${showSpec(leaked)} from a ${top.name} that has ended. Return it from the function instead of storing it outside`,
    );
  }
  const own = inputs.map((x) => (x.trace === top ? x : top.lift(x)));
  return top.process(primitive, own, params, specs);
}

/** `bind` for primitives with one result. */
export function bind1<P extends Primitive>(
  primitive: P,
  inputs: readonly Tensor[],
  params: PrimitiveParams[P],
): Tensor {
  return bind(primitive, inputs, params)[0]!;
}
