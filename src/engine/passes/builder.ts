/**
 * Builds an optimised program, equation by equation: every primitive is simplified by `algebra`, and an
 * equation that was already written is not written again (common subexpressions).
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.js";
import { dataOf, Uniform } from "../../tensor/eager/concrete.js";
import { scalar, tensor } from "../../tensor/ops/create.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import { type Equation, type Program, type Variable, variable } from "../../tensor/program.js";
import { type Shape, sameShape, sizeOf } from "../../tensor/shape.js";
import { shapeRules } from "../../tensor/shape-rules.js";
import type { Tensor } from "../../tensor/tensor.js";
import { algebra } from "./algebra.js";

/** Never merged: each holds a body or stands for a point in time. */
const UNIQUE: ReadonlySet<Primitive> = new Set(["scan", "barrier", "checkpoint", "custom"]);

export class Builder {
  readonly equations: Equation[] = [];
  readonly constants = new Map<Variable, Tensor>();
  readonly #definitions = new Map<Variable, Equation>();
  readonly #written = new Map<string, readonly Variable[]>();
  readonly #scalars = new Map<string, Variable>();
  readonly #tensors = new Map<Tensor, Variable>();

  /** Adds a primitive with one result, or finds what already computes it. */
  emit<P extends Primitive>(primitive: P, inputs: readonly Variable[], params: PrimitiveParams[P]): Variable {
    return this.emitAll(primitive, inputs, params)[0]!;
  }

  emitAll<P extends Primitive>(
    primitive: P,
    inputs: readonly Variable[],
    params: PrimitiveParams[P],
  ): readonly Variable[] {
    const specs = shapeRules[primitive](inputs, params);
    if (specs.length === 1 && sizeOf(specs[0]!.shape) === 0 && !this.#isUniform(primitive, inputs)) {
      return [this.uniform(0, specs[0]!.dtype, specs[0]!.shape)]; // no rule has to think of empty tensors
    }
    const rule = algebra[primitive];
    const simpler = rule?.(this, inputs, params);
    if (simpler) return [simpler];
    const key = UNIQUE.has(primitive)
      ? null
      : `${primitive} ${inputs.map(({ id }) => id)} ${JSON.stringify(params)}`;
    const known = key === null ? undefined : this.#written.get(key);
    if (known) return known;
    const outputs = specs.map(variable);
    const equation: Equation<P> = { primitive, inputs, params, outputs };
    this.equations.push(equation);
    for (const v of outputs) this.#definitions.set(v, equation);
    if (key !== null) this.#written.set(key, outputs);
    return outputs;
  }

  /** A constant; one value for all elements becomes a broadcast scalar. */
  constant(value: Tensor): Variable {
    let v = this.#tensors.get(value);
    if (v) return v;
    const same = uniformOf(value);
    if (same !== undefined) {
      v = this.uniform(same, value.dtype, value.shape);
    } else {
      v = variable(value);
      this.constants.set(v, value);
    }
    this.#tensors.set(value, v);
    return v;
  }

  /** One value in every element. */
  uniform(value: number, dtype: DType, shape: Shape): Variable {
    const key = `${dtype} ${Object.is(value, -0) ? "-0" : value}`;
    let v = this.#scalars.get(key);
    if (!v) {
      const constant = dtype === "bool" ? tensor(value !== 0) : scalar(value, dtype);
      v = variable(constant);
      this.#scalars.set(key, v);
      this.constants.set(v, constant);
    }
    return sameShape(shape, []) ? v : this.emit("broadcast", [v], { shape });
  }

  /** The equation that computes `v`; none for inputs and constants. */
  equation(v: Variable): Equation | undefined {
    return this.#definitions.get(v);
  }

  /** The equation that computes `v`, if it is of this primitive. */
  definition<P extends Primitive>(v: Variable, primitive: P): Equation<P> | undefined {
    const equation = this.#definitions.get(v);
    return equation?.primitive === primitive ? (equation as unknown as Equation<P>) : undefined;
  }

  /** The value of all elements of `v`, if it is one and known. */
  uniformValue(v: Variable): number | undefined {
    const source = this.definition(v, "broadcast")?.inputs[0] ?? v;
    const constant = this.constants.get(source);
    return constant?.size === 1 ? constant.data()[0] : undefined;
  }

  /** Whether it is what `uniform` writes. */
  #isUniform(primitive: Primitive, [x]: readonly Variable[]): boolean {
    return primitive === "broadcast" && this.constants.has(x!);
  }

  program(inputs: readonly Variable[], outputs: readonly Variable[]): Program {
    return { inputs, constants: this.constants, equations: this.equations, outputs };
  }
}

/** The value of all elements, if it is one. */
function uniformOf({ payload }: Tensor): number | undefined {
  if (payload instanceof Uniform) return payload.value;
  const data = dataOf(payload);
  const first = data[0];
  return data.every((x) => Object.is(x, first)) ? first : undefined;
}
