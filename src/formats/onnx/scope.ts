/**
 * What a rule of translation can ask: the values of variables, and how they were made.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import { Uniform } from "../../tensor/eager/concrete.js";
import { broadcastTo } from "../../tensor/ops/elementwise.js";
import { slice } from "../../tensor/ops/structure.js";
import type { Primitive } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { FlatProgram } from "./flat-program.js";
import type { GraphBuilder, Value } from "./graph-builder.js";
import type { Dim } from "./messages.js";

export class Scope {
  readonly b: GraphBuilder;
  readonly #flat: FlatProgram;
  readonly #values: Map<Variable, Value>;
  readonly #definitions = new Map<Variable, Equation>();

  /** @param body the program itself, or that of a loop in it */
  constructor(b: GraphBuilder, flat: FlatProgram, body: Program, inputs: readonly Value[]) {
    this.b = b;
    this.#flat = flat;
    this.#values = new Map(body.inputs.map((v, i) => [v, inputs[i]!]));
    for (const equation of body.equations) {
      for (const v of equation.outputs) this.#definitions.set(v, equation);
    }
  }

  set(v: Variable, value: Value): void {
    this.#values.set(v, value);
  }

  /** A scope for the body of a loop. */
  inner(b: GraphBuilder, body: Program, inputs: readonly Value[]): Scope {
    return new Scope(b, this.#flat, body, inputs);
  }

  dims(v: Variable): readonly Dim[] {
    return this.#flat.dims.get(v)!;
  }

  /** The value of a variable, perhaps to be repeated to its shape. */
  narrow(v: Variable): Value {
    let value = this.#values.get(v);
    if (!value) {
      value = this.#constant(v);
      this.#values.set(v, value);
    }
    return value;
  }

  /** The value of a variable, with all its elements. */
  wide(v: Variable): Value {
    return this.b.expand(this.narrow(v), this.dims(v));
  }

  /** The equation that computes a variable, if it is of this primitive. */
  definition<P extends Primitive>(v: Variable, primitive: P): Equation<P> | undefined {
    const equation = this.#definitions.get(v);
    return equation?.primitive === primitive ? (equation as unknown as Equation<P>) : undefined;
  }

  /** The value of all elements of a constant, for each batch size that was traced. */
  uniform(v: Variable): readonly number[] | undefined {
    const values = this.#flat.constantsOf.get(v)?.map(uniformOf);
    return values?.every((value) => value !== undefined) ? (values as number[]) : undefined;
  }

  /** For each batch size that was traced, the number of elements along axes. */
  counts(v: Variable, axes: readonly number[]): readonly number[] {
    return this.#flat.batchSizes.map((batch) =>
      axes.reduce((count, axis) => {
        const dim = this.dims(v)[axis]!;
        return count * (typeof dim === "number" ? dim : dim.batches * batch);
      }, 1),
    );
  }

  #constant(v: Variable): Value {
    const uniform = this.uniform(v);
    if (uniform?.every((value) => Object.is(value, uniform[0]))) return this.b.scalar(uniform[0]!, v.dtype);
    const [constant, twin] = this.#flat.constantsOf
      .get(v)!
      .map((value) => withoutCopies(value, this.dims(v)));
    const data = constant!.data();
    if (twin && !twin.data().every((x, i) => Object.is(x, data[i]))) {
      throw new ShapeError(
        `exportOnnx: constants must not depend on the batch, got ${constant} that does. Export with a fixed batch`,
      );
    }
    return this.b.initializer(this.b.fresh("constant"), v.dtype, constant!.shape, data);
  }
}

/** One of the copies along each axis that goes with the batch. @throws ShapeError where they are no copies */
function withoutCopies(constant: Tensor, dims: readonly Dim[]): Tensor {
  const limits = constant.shape.map((size, axis) => (typeof dims[axis] === "number" ? size : 1));
  const one = slice(
    constant,
    limits.map(() => 0),
    limits,
  );
  const copies = broadcastTo(one, constant.shape).data();
  if (constant.data().every((x, i) => Object.is(x, copies[i]))) return one;
  throw new ShapeError(
    `exportOnnx: constants must not depend on the batch, got ${constant} that does. Export with a fixed batch`,
  );
}

function uniformOf(constant: Tensor): number | undefined {
  if (constant.payload instanceof Uniform) return constant.payload.value;
  return constant.size === 1 ? constant.item() : undefined;
}
