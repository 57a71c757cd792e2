/**
 * The tape of reverse mode: linear operations on tangents, recorded to be transposed.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { add } from "../ops/elementwise.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { type DerivativeRule, derivatives } from "../rules/derivatives.js";
import type { MaybeTensor } from "../rules/higher-order.js";
import type { Spec } from "../shape.js";
import { Tensor } from "../tensor.js";
import type { Trace } from "../trace.js";

/** One recorded operation: from cotangents of its results to cotangents of its linear operands. */
interface TapeNode {
  /** The linear operands; null for those that do not depend on the inputs. */
  readonly operands: readonly (Slot | null)[];
  readonly pullback: (cotangents: readonly MaybeTensor[]) => readonly MaybeTensor[];
  readonly slots: readonly Slot[];
}

/** Where the cotangent of one linear tensor is summed up. */
interface Slot extends Spec {
  cotangent: MaybeTensor;
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
    return this.#tensor({ shape: spec.shape, dtype: spec.dtype, cotangent: null });
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
    return this.#record(specs, operands, pullback);
  }

  /** Records an operation by its pullback; operands without tangent are null. */
  record(specs: readonly Spec[], operands: readonly MaybeTensor[], pullback: TapeNode["pullback"]): Tensor[] {
    return this.#record(
      specs,
      operands.map((x) => (x ? slotOf(x) : null)),
      pullback,
    );
  }

  #record(
    specs: readonly Spec[],
    operands: readonly (Slot | null)[],
    pullback: TapeNode["pullback"],
  ): Tensor[] {
    const slots = specs.map(({ shape, dtype }) => ({ shape, dtype, cotangent: null }));
    this.#tape.push({ operands, pullback, slots });
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
    const accumulate = (slot: Slot, c: Tensor) => {
      slot.cotangent = slot.cotangent ? add(slot.cotangent, c) : c;
    };
    results.forEach((x, i) => {
      const slot = x && slotOf(x);
      const c = cotangents[i];
      if (slot && c) accumulate(slot, c);
    });
    for (let i = this.#tape.length - 1; i >= 0; i--) {
      const { operands, pullback, slots } = this.#tape[i]!;
      const incoming = slots.map((slot) => slot.cotangent);
      for (const slot of slots) slot.cotangent = null;
      if (incoming.every((c) => c === null)) continue;
      pullback(incoming).forEach((c, j) => {
        const slot = operands[j];
        if (slot && c) accumulate(slot, c);
      });
    }
    return inputs.map((x) => {
      const slot = x && slotOf(x);
      const c = slot ? slot.cotangent : null;
      if (slot) slot.cotangent = null;
      return c;
    });
  }
}

/** The slot of a linear tensor; null for a lifted constant. */
function slotOf(x: Tensor): Slot | null {
  return x.payload instanceof Tensor ? null : (x.payload as Slot);
}
