/**
 * Programs: functions as data.
 *
 * Tracing runs a function once on tensors without values and writes down each primitive that it applies. The
 * engine compiles programs; `scan`, `checkpoint` and the custom derivatives keep one as their body.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import type { Primitive, PrimitiveParams } from "./primitives.js";
import { type Spec, showSpec } from "./shape.js";
import { Tensor } from "./tensor.js";
import { bind, type Trace, withTrace } from "./trace.js";

/** A value of a program, by identity. */
export interface Variable extends Spec {
  readonly id: number;
}

/** One applied primitive. */
export interface Equation<P extends Primitive = Primitive> {
  readonly primitive: P;
  readonly inputs: readonly Variable[];
  readonly params: PrimitiveParams[P];
  readonly outputs: readonly Variable[];
}

/** Equations in an order in which they can run. */
export interface Program {
  readonly inputs: readonly Variable[];
  /** Values known when the program was made. */
  readonly constants: ReadonlyMap<Variable, Tensor>;
  readonly equations: readonly Equation[];
  readonly outputs: readonly Variable[];
}

let nextId = 0;

export function variable({ shape, dtype }: Spec): Variable {
  return { id: nextId++, shape, dtype };
}

/** Writes down primitives instead of computing them. */
class ProgramTrace implements Trace {
  readonly name: string;
  readonly level: number;
  readonly equations: Equation[] = [];
  readonly constants = new Map<Variable, Tensor>();
  /** Tensors of outer transforms that the function closes over, and the variables that stand for them. */
  readonly captures = new Map<Tensor, Variable>();
  readonly #known = new Map<Tensor, Variable>();

  constructor(level: number, name: string) {
    this.level = level;
    this.name = name;
  }

  tensor(v: Variable): Tensor {
    return new Tensor(v.shape, v.dtype, this, v);
  }

  lift(x: Tensor): Tensor {
    let v = this.#known.get(x);
    if (!v) {
      v = variable(x);
      this.#known.set(x, v);
      if (x.trace.level === 0) this.constants.set(v, x);
      else this.captures.set(x, v);
    }
    return this.tensor(v);
  }

  process<P extends Primitive>(
    primitive: P,
    inputs: readonly Tensor[],
    params: PrimitiveParams[P],
    specs: readonly Spec[],
  ): Tensor[] {
    const outputs = specs.map(variable);
    this.equations.push({ primitive, inputs: inputs.map(variableOf), params, outputs });
    return outputs.map((v) => this.tensor(v));
  }
}

const variableOf = (x: Tensor) => x.payload as Variable;

/**
 * Traces a function of flat lists of tensors.
 *
 * @param specs shapes and types of the arguments
 * @param name whose tracing this is, for messages
 * @returns the program, whose inputs are first the arguments and then `captures`, tensors of outer transforms
 */
export function trace(
  f: (args: readonly Tensor[]) => readonly Tensor[],
  specs: readonly Spec[],
  name: string,
): { program: Program; captures: Tensor[] } {
  return withTrace(
    (level) => new ProgramTrace(level, name),
    (tracer) => {
      const inputs = specs.map(variable);
      const results = f(inputs.map((v) => tracer.tensor(v)));
      const outputs = results.map((x) => {
        if (!(x instanceof Tensor)) throw new ShapeError(`${name}: results must be tensors, got ${typeof x}`);
        return variableOf(x.trace === tracer ? x : tracer.lift(x));
      });
      const { equations, constants, captures } = tracer;
      const program = { inputs: [...inputs, ...captures.values()], constants, equations, outputs };
      return { program, captures: [...captures.keys()] };
    },
  );
}

/** Runs a program by applying its primitives again; traceable. */
export function evalProgram(program: Program, args: readonly Tensor[]): Tensor[] {
  const values = new Map<Variable, Tensor>(program.constants);
  program.inputs.forEach((v, i) => {
    values.set(v, args[i]!);
  });
  const read = (v: Variable) => values.get(v)!;
  for (const { primitive, inputs, params, outputs } of program.equations) {
    const results = bind(primitive, inputs.map(read), params);
    outputs.forEach((v, i) => {
      values.set(v, results[i]!);
    });
  }
  return program.outputs.map(read);
}

/** The equations as text, one a line; bodies indented. */
export function showProgram(program: Program, indent = ""): string {
  const names = new Map<Variable, string>();
  const name = (v: Variable) => {
    let text = names.get(v);
    if (text === undefined) {
      text = `%${names.size}`;
      names.set(v, text);
    }
    return text;
  };
  const typed = (v: Variable) => `${name(v)}: ${showSpec(v)}`;
  const lines = [`${indent}inputs ${program.inputs.map(typed).join(", ")}`];
  for (const [v, value] of program.constants) lines.push(`${indent}${typed(v)} = constant ${preview(value)}`);
  for (const { primitive, inputs, params, outputs } of program.equations) {
    const { body, jvp, vjp, ...plain } = params as { body?: Program; jvp?: Program; vjp?: object };
    const shown = Object.entries(plain);
    const options = shown.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join("");
    lines.push(
      `${indent}${outputs.map(typed).join(", ")} = ${primitive}${options} ${inputs.map(name).join(" ")}`,
    );
    if (body) lines.push(showProgram(body, `${indent}  `));
  }
  lines.push(`${indent}return ${program.outputs.map(name).join(", ")}`);
  return lines.join("\n");
}

function preview(value: Tensor): string {
  return value.size === 1 ? String(value.item()) : "…";
}
