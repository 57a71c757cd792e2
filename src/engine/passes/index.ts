/**
 * From a traced program to an optimised one, in passes that can be read one by one:
 *
 * 1. `inline`: bodies of `checkpoint` and `custom` take the place of their calls
 * 2. `rebuild`: algebra and common subexpressions, until nothing changes
 * 3. `removeDead`: what no result needs goes
 *
 * @module
 */

import type { Equation, Program, Variable } from "../../tensor/program.js";
import { Builder } from "./builder.js";

/** Optimises a program and the bodies of its loops. */
export function optimize(program: Program): Program {
  let current = removeDead(rebuild(optimizeBodies(program)));
  for (let round = 0; round < 4; round++) {
    const next = removeDead(rebuild(current));
    if (next.equations.length === current.equations.length) return next;
    current = next;
  }
  return current;
}

/** Optimises the bodies of loops, once. */
function optimizeBodies(program: Program): Program {
  const equations = program.equations.map((equation) => {
    const { body } = equation.params as { body?: Program };
    if (!body) return equation;
    const inner = equation.primitive === "scan" ? optimize(body) : optimizeBodies(body);
    return { ...equation, params: { ...equation.params, body: inner } };
  });
  return { ...program, equations };
}

/** Writes the program again through a builder; calls of functions are inlined. */
function rebuild(program: Program): Program {
  const builder = new Builder();
  const values = new Map<Variable, Variable>();
  for (const v of program.inputs) values.set(v, v);
  run(program, builder, values);
  return builder.program(
    program.inputs,
    program.outputs.map((v) => values.get(v)!),
  );
}

/** Emits the equations of a program whose inputs are already in `values`. */
function run(program: Program, builder: Builder, values: Map<Variable, Variable>): void {
  for (const [v, value] of program.constants) values.set(v, builder.constant(value));
  for (const { primitive, inputs, params, outputs } of program.equations) {
    const operands = inputs.map((v) => values.get(v)!);
    let results: readonly Variable[];
    if (primitive === "checkpoint" || primitive === "custom") {
      results = inline((params as { body: Program }).body, operands, builder);
    } else {
      results = builder.emitAll(primitive, operands, params);
    }
    outputs.forEach((v, i) => {
      values.set(v, results[i]!);
    });
  }
}

function inline(body: Program, operands: readonly Variable[], builder: Builder): Variable[] {
  const values = new Map(body.inputs.map((v, i) => [v, operands[i]!]));
  run(body, builder, values);
  return body.outputs.map((v) => values.get(v)!);
}

/** Drops equations and constants that no output needs. */
function removeDead(program: Program): Program {
  const needed = new Set<Variable>(program.outputs);
  const kept: Equation[] = [];
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!;
    if (!equation.outputs.some((v) => needed.has(v))) continue;
    for (const v of equation.inputs) needed.add(v);
    kept.push(equation);
  }
  const constants = new Map([...program.constants].filter(([v]) => needed.has(v)));
  return { ...program, equations: kept.reverse(), constants };
}
