/**
 * A traced function without calls, with the sizes that depend on the batch.
 *
 * A program knows sizes as numbers. To find those that go with the batch, the function is traced twice, with two
 * batch sizes; what differs between the two programs must be sizes, and each a multiple of the batch.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { show } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Dim } from "./messages.js";

/** An exported function, as equations whose sizes may depend on the batch. */
export interface FlatProgram extends Program {
  /** Sizes of every variable, of the bodies of loops, too. */
  readonly dims: ReadonlyMap<Variable, readonly Dim[]>;
  /** Those that were traced: two where sizes depend on the batch. */
  readonly batchSizes: readonly number[];
  /** The values of a constant for each of them. */
  readonly constantsOf: ReadonlyMap<Variable, readonly Tensor[]>;
}

/** Writes out the bodies of calls; what passes its operand on is replaced by it. */
export function inlineCalls(program: Program): Program {
  const equations: Equation[] = [];
  const constants = new Map(program.constants);
  const renamed = new Map<Variable, Variable>();
  const read = (v: Variable): Variable => renamed.get(v) ?? v;

  const visit = ({ equations: list }: Program): void => {
    for (const { primitive, inputs, params, outputs } of list) {
      const operands = inputs.map(read);
      const { body } = params as { body?: Program };
      if (primitive === "stopGradient" || primitive === "barrier" || primitive === "checkIndex") {
        outputs.forEach((v, i) => void renamed.set(v, operands[i]!));
      } else if (primitive === "checkpoint" || primitive === "custom") {
        const fresh = renamedApart(body!);
        for (const [v, value] of fresh.constants) constants.set(v, value);
        fresh.inputs.forEach((v, i) => void renamed.set(v, operands[i]!));
        visit(fresh);
        outputs.forEach((v, i) => void renamed.set(v, read(fresh.outputs[i]!)));
      } else {
        const own = body ? { ...params, body: inlineCalls(body) } : params;
        equations.push({ primitive, inputs: operands, params: own, outputs } as Equation);
      }
    }
  };
  visit(program);
  return { inputs: program.inputs, constants, equations, outputs: program.outputs.map(read) };
}

/** A body with variables of its own: one that is called twice must not define a variable twice. */
function renamedApart(body: Program): Program {
  const names = new Map<Variable, Variable>();
  const fresh = (v: Variable): Variable => {
    let name = names.get(v);
    if (!name) {
      name = { ...v };
      names.set(v, name);
    }
    return name;
  };
  return {
    inputs: body.inputs.map(fresh),
    constants: new Map([...body.constants].map(([v, value]) => [fresh(v), value])),
    equations: body.equations.map((equation) => ({
      ...equation,
      inputs: equation.inputs.map(fresh),
      outputs: equation.outputs.map(fresh),
    })),
    outputs: body.outputs.map(fresh),
  };
}

/** A program that was traced with one batch size. */
export interface Traced {
  readonly program: Program;
  readonly batch: number;
}

/**
 * Finds what of a program depends on the batch.
 *
 * @param twin the same function, traced with another batch size; without it nothing depends on it
 * @throws ShapeError where the two differ by more than sizes that are multiples of the batch
 */
export function alignTraces(traced: Traced, twin?: Traced): FlatProgram {
  const dims = new Map<Variable, readonly Dim[]>();
  const constantsOf = new Map<Variable, readonly Tensor[]>();
  const visit = (a: Program, b: Program): void => {
    const pair = (v: Variable, w: Variable) => void dims.set(v, pairedDims(v, w, traced, twin ?? traced));
    if (a.equations.length !== b.equations.length || a.constants.size !== b.constants.size) differ("");
    const values = [...b.constants];
    [...a.constants].forEach(([v, value], i) => {
      const [w, other] = values[i]!;
      pair(v, w);
      constantsOf.set(v, twin ? [value, other] : [value]);
    });
    a.inputs.forEach((v, i) => void pair(v, b.inputs[i]!));
    a.equations.forEach((equation, i) => {
      const other = b.equations[i]!;
      expectSame(equation, other);
      const { body } = equation.params as { body?: Program };
      if (body) visit(body, (other.params as { body: Program }).body);
      equation.outputs.forEach((v, j) => void pair(v, other.outputs[j]!));
    });
  };
  visit(traced.program, (twin ?? traced).program);
  const batchSizes = twin ? [traced.batch, twin.batch] : [traced.batch];
  return { ...traced.program, dims, batchSizes, constantsOf };
}

function pairedDims(v: Variable, w: Variable, a: Traced, b: Traced): Dim[] {
  return v.shape.map((size, axis) => {
    const other = w.shape[axis];
    if (size === other) return size;
    const batches = size / a.batch;
    if (other !== undefined && Number.isInteger(batches) && other === batches * b.batch) return { batches };
    throw new ShapeError(
      `exportOnnx: sizes must be constant or a multiple of the batch, got ${show(v.shape)} for a batch of ${a.batch} and ${show(w.shape)} for ${b.batch}. Export with a fixed batch`,
    );
  });
}

function expectSame(a: Equation, b: Equation): void {
  const fits = a.primitive === b.primitive && a.inputs.length === b.inputs.length;
  if (!fits || fixedParams(a) !== fixedParams(b)) differ(` at ${a.primitive}`);
}

function differ(where: string): never {
  throw new ShapeError(
    `exportOnnx: the function must compute the same for every batch size, got another program for another batch${where}. Export with a fixed batch`,
  );
}

/** What must not depend on the batch, of an equation's parameters. */
function fixedParams({ primitive, params, inputs }: Equation): string {
  if (primitive === "broadcast" || primitive === "reshape") return ""; // the result's shape says it all
  if (primitive === "slice") {
    const { starts, limits, strides } = params as PrimitiveParams["slice"];
    const ends = limits.map((limit, axis) => (limit === inputs[0]!.shape[axis] ? "end" : limit));
    return JSON.stringify({ starts, ends, strides });
  }
  const { body: _, ...plain } = params as PrimitiveParams[Primitive] & { body?: Program };
  return JSON.stringify(plain);
}
