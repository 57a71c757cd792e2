/**
 * The tape of reverse mode: linear operations on tangents, recorded to be transposed.
 *
 * Beside a cotangent goes where it is `alive`: what `select` did not choose has no cotangent, which is more than one
 * that is 0. A product or quotient on the way back would make NaN of 0 and an infinite slope, and is masked there.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { add, and, not, or, select } from "../ops/elementwise.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { type DerivativeRule, derivatives } from "../rules/derivatives.js";
import type { MaybeTensor } from "../rules/higher-order.js";
import type { Spec } from "../shape.js";
import { Tensor } from "../tensor.js";
import type { Trace } from "../trace.js";

/** Where a cotangent may differ from 0, computed when somebody asks; null: anywhere. */
type Alive = (() => Tensor) | null;

/** One recorded operation: from cotangents of its results to cotangents of its linear operands. */
interface TapeNode {
  /** The linear operands; null for those that do not depend on the inputs. */
  readonly operands: readonly (Slot | null)[];
  readonly pullback: (cotangents: readonly MaybeTensor[]) => readonly MaybeTensor[];
  readonly slots: readonly Slot[];
  /** Where the cotangent of an operand is alive, from where that of the result is. */
  readonly alive?: (operand: number, result: Alive) => Alive;
  /** Whether factors that may be infinite take part. */
  readonly scales?: boolean;
}

/** Where the cotangent of one linear tensor is summed up. */
interface Slot extends Spec {
  cotangent: MaybeTensor;
  alive: Alive;
}

/** Records what is linear in its tensors. */
export class LinearTrace implements Trace {
  readonly level: number;
  readonly name = "grad";
  readonly #tape: TapeNode[] = [];

  constructor(level: number) {
    this.level = level;
  }

  /** A new independent tangent. */
  input(spec: Spec): Tensor {
    return this.#tensor({ shape: spec.shape, dtype: spec.dtype, cotangent: null, alive: null });
  }

  /** A constant added to something linear: it has no cotangent. */
  lift(x: Tensor): Tensor {
    return new Tensor(x.shape, x.dtype, this, x);
  }

  process<P extends Primitive>(
    primitive: P,
    inputs: readonly Tensor[],
    params: PrimitiveParams[P],
    specs: readonly Spec[],
  ): Tensor[] {
    const rule: DerivativeRule<P> = derivatives[primitive];
    const transpose = rule.kind === "higherOrder" || rule.kind === "constant" ? undefined : rule.transpose;
    const operands = inputs.map(slotOf);
    const known = inputs.map((x) => (slotOf(x) ? x : (x.payload as Tensor))); // linear operands: only their shapes are read
    const product = rule.kind === "multilinear" && operands.filter((slot) => slot).length > 1;
    const terms = operands.map((slot, i) => {
      if (!slot) return null;
      const term = typeof transpose === "function" ? transpose : transpose?.[i];
      if (!term || product) {
        throw new ShapeError(
          `grad: a derivative rule must be linear in its tangents, got ${primitive}. Check the rule of customJvp`,
        );
      }
      return term;
    });
    const pullback = ([c]: readonly MaybeTensor[]) =>
      terms.map((term, i) => (term ? term(c!, known, params, operands[i]!, i) : null));
    const alive = aliveRule(primitive, known, (mask, i) => terms[i]!(mask, known, params, operands[i]!, i));
    const scales = primitive === "mul" || primitive === "div";
    return this.#record(specs, { operands, pullback, scales, ...(alive && { alive }) });
  }

  /** Records an operation by its pullback; operands without tangent are null. */
  record(specs: readonly Spec[], operands: readonly MaybeTensor[], pullback: TapeNode["pullback"]): Tensor[] {
    return this.#record(specs, { operands: operands.map((x) => (x ? slotOf(x) : null)), pullback });
  }

  #record(specs: readonly Spec[], node: Omit<TapeNode, "slots">): Tensor[] {
    const slots = specs.map(({ shape, dtype }) => ({ shape, dtype, cotangent: null, alive: null }));
    this.#tape.push({ ...node, slots });
    return slots.map((slot) => this.#tensor(slot));
  }

  #tensor(slot: Slot): Tensor {
    return new Tensor(slot.shape, slot.dtype, this, slot);
  }

  /**
   * Pulls cotangents of the results back to the inputs. May be called more than once.
   *
   * @param results linear tensors, or null where a result does not depend on the inputs
   */
  backward(
    inputs: readonly MaybeTensor[],
    results: readonly MaybeTensor[],
    cotangents: readonly MaybeTensor[],
  ): MaybeTensor[] {
    results.forEach((x, i) => {
      const slot = x && slotOf(x);
      const c = cotangents[i];
      if (slot && c) accumulate(slot, c, null);
    });
    for (let i = this.#tape.length - 1; i >= 0; i--) {
      const { operands, pullback, slots, alive, scales } = this.#tape[i]!;
      const incoming = slots.map((slot) => slot.cotangent);
      const wasAlive = slots.map((slot) => slot.alive);
      for (const slot of slots) [slot.cotangent, slot.alive] = [null, null];
      if (incoming.every((c) => c === null)) continue;
      pullback(incoming).forEach((c, j) => {
        const slot = operands[j];
        if (!slot || !c) return;
        const where = alive?.(j, wasAlive[0]!) ?? null;
        accumulate(slot, scales && where ? select(where(), c, 0) : c, where);
      });
    }
    return inputs.map((x) => {
      const slot = x && slotOf(x);
      const c = slot ? slot.cotangent : null;
      if (slot) [slot.cotangent, slot.alive] = [null, null];
      return c;
    });
  }
}

/** The slot of a linear tensor; null for a lifted constant. */
function slotOf(x: Tensor): Slot | null {
  return x.payload instanceof Tensor ? null : (x.payload as Slot);
}

function accumulate(slot: Slot, c: Tensor, alive: Alive): void {
  const { cotangent, alive: before } = slot;
  slot.cotangent = cotangent ? add(cotangent, c) : c;
  slot.alive = cotangent ? either(before, alive) : alive;
}

function either(a: Alive, b: Alive): Alive {
  if (a === b) return a;
  return a && b && once(() => or(a(), b()));
}

function once(compute: () => Tensor): () => Tensor {
  let known: Tensor | undefined;
  return () => {
    known ??= compute();
    return known;
  };
}

/**
 * How a mask goes back through a primitive: as the cotangent does, for what works element by element or moves
 * elements; by choice, for `select`. Nothing for primitives that mix elements.
 *
 * @param transposed pulls a mask back as if it were a cotangent
 */
function aliveRule(
  primitive: Primitive,
  operands: readonly Tensor[],
  transposed: (mask: Tensor, operand: number) => Tensor,
): TapeNode["alive"] {
  switch (primitive) {
    case "neg":
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "cast":
      return (_, result) => result;
    case "select": {
      const sides = [null, once(() => operands[0]!), once(() => not(operands[0]!))];
      return (i, result) => {
        const side = sides[i]!;
        return result ? once(() => and(result(), side())) : side;
      };
    }
    case "reshape":
    case "transpose":
    case "flip":
    case "sum":
      return (i, result) => result && once(() => transposed(result(), i));
    default:
      return undefined;
  }
}
