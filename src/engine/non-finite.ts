/**
 * Where a NaN or an Infinity was born: a replay, operation by operation, on the eager reference.
 *
 * @module
 */

import { ShapeError } from "../errors.js";
import { isFloat } from "../tensor/dtype.js";
import { expectFunction } from "../tensor/operand.js";
import { at } from "../tensor/ops/structure.js";
import type { Primitive, PrimitiveParams } from "../tensor/primitives.js";
import { type Equation, evalProgram, type Program, trace, type Variable } from "../tensor/program.js";
import { positionOf, range, type Spec, show, showSpec } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { bind } from "../tensor/trace.js";
import { flatten, paths, unflatten } from "../tensor/tree.js";

/** What an operand of the operation held. */
export interface NonFiniteOperand extends Spec {
  /** Where it has the shape of the result: its value at the element that is not finite. */
  readonly value?: number;
  /** Smallest and largest of its finite elements; none where there is no such element. */
  readonly range?: readonly [min: number, max: number];
  /** Number of elements that are not finite. */
  readonly numNonFinite: number;
}

/** The first operation that gave a NaN or an Infinity. */
export interface NonFinite {
  /**
   * The primitive, `checkIndex` where an index or a label is out of range; `argument` or `constant` where a value
   * that came from outside is NaN already.
   */
  readonly operation: Primitive | "argument" | "constant";
  /** Its position among the operations around it, or among the arguments' leaves, from 0. */
  readonly position: number;
  /** Number of operations or leaves around it. */
  readonly count: number;
  /** Loops and functions that it stands in, outermost first: `scan turn 3`. */
  readonly within: readonly string[];
  readonly result: Spec;
  /** Where in the result the first element lies that is not finite. */
  readonly index: readonly number[];
  readonly value: number;
  readonly operands: readonly NonFiniteOperand[];
  /** Where among the arguments it is, such as `0.params.w`, if it is one of them and not an argument as a whole. */
  readonly path?: string;
  /** What can be done about it, where that is known. */
  readonly remedy?: string;
}

/**
 * Finds the operation that made a function's results NaN or infinite; null where they are finite.
 *
 * Looks only at operations on which a result that is not finite depends. An infinity that was put in on purpose,
 * such as that of a mask, counts only once a NaN comes of it. Slow: every operation runs on the eager reference,
 * which rounds in other places than compiled programs do, so that an overflow at the limit may not come again.
 *
 * @example
 * locateNonFinite((x: Tensor) => x.log().sum(), tensor([1, 0]))?.operation; // "log"
 */
export function locateNonFinite<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  ...args: Args
): NonFinite | null {
  expectFunction("locateNonFinite", fn);
  const [leaves, structure] = flatten(args, "locateNonFinite: arguments");
  const { program } = trace(
    (flat) => flatten(fn(...unflatten<Args>(structure, flat)), "locateNonFinite: result")[0],
    leaves,
    "locateNonFinite",
  );
  const found = replay(program, leaves, []);
  if (found?.operation !== "argument" || found.within.length > 0) return found;
  const path = paths(structure)[found.position]!;
  return path.includes(".") ? { ...found, path } : found;
}

/** `log, operation 2 of 7: element [1] of float32[3] is -Infinity, from 0`. */
export function describeNonFinite(found: NonFinite): string {
  const { operation, position, count, within, result, index, value, operands, path, remedy } = found;
  const where = within.map((outer) => `, in ${outer}`).join("");
  const kind = operation === "argument" || operation === "constant" ? "" : ", operation";
  const element =
    result.shape.length === 0 ? showSpec(result) : `element ${show(index)} of ${showSpec(result)}`;
  const from = operands.map(describeOperand).join(", ");
  return `${operation}${kind} ${position + 1} of ${count}${path ? ` (${path})` : ""}${where}: ${element} is ${value}${from && `, from ${from}`}${remedy ? `. ${remedy}` : ""}`;
}

function describeOperand({ value, range: limits, numNonFinite, ...spec }: NonFiniteOperand): string {
  if (value !== undefined) return String(value);
  const between = limits ? ` in [${limits[0]}, ${limits[1]}]` : "";
  return `${showSpec(spec)}${between}${numNonFinite > 0 ? ` with ${numNonFinite} not finite` : ""}`;
}

/** A value that is not finite, and what is known of its making. */
interface Suspect {
  readonly found: NonFinite;
  /** Whether the fault arose here: nothing that went in explains it. */
  readonly isBirth: boolean;
  readonly equation?: Equation;
  readonly inputs?: readonly Tensor[];
}

function replay(program: Program, args: readonly Tensor[], within: readonly string[]): NonFinite | null {
  const values = new Map<Variable, Tensor>();
  const suspects = new Map<Variable, Suspect>(); // in the order in which they arose
  const provide = (
    v: Variable,
    x: Tensor,
    operation: "argument" | "constant",
    position: number,
    count: number,
  ) => {
    values.set(v, x);
    const element = firstNonFinite(x);
    if (element < 0) return;
    const found = { operation, position, count, within, operands: [], ...describe(x, element) };
    suspects.set(v, { found, isBirth: holdsNaN(x) });
  };
  for (const [i, v] of program.inputs.entries()) provide(v, args[i]!, "argument", i, args.length);
  for (const [i, [v, x]] of [...program.constants].entries()) {
    provide(v, x, "constant", i, program.constants.size);
  }

  const lastUse = lastUses(program);
  for (const [position, equation] of program.equations.entries()) {
    const inputs = equation.inputs.map((v) => values.get(v)!);
    const { length: count } = program.equations;
    const results = unlessRefused(() => bind(equation.primitive, inputs, equation.params));
    if (!results) return refusal(equation, inputs, { position, count, within });
    results.forEach((x, i) => {
      const v = equation.outputs[i]!;
      values.set(v, x);
      const element = firstNonFinite(x);
      if (element < 0) return;
      const operands = inputs.map((y) => operandOf(y, x, element));
      const found = {
        operation: equation.primitive,
        position,
        count,
        within,
        operands,
        ...describe(x, element),
        ...remedyOf(equation.primitive, operands),
      };
      const isBirth = holdsNaN(x) ? !inputs.some(holdsNaN) : inputs.every((y) => firstNonFinite(y) < 0);
      const hasBody = "body" in equation.params; // its inputs are needed to look inside
      suspects.set(v, { found, isBirth, equation, ...(hasBody && { inputs }) });
    });
    for (const v of equation.inputs) if (lastUse.get(v) === position) values.delete(v);
  }

  const guilty = causes(program.outputs, suspects);
  const first = guilty.find(({ isBirth }) => isBirth) ?? guilty[0];
  if (!first) return null;
  const { found, equation, inputs } = first;
  return (equation && inputs && inside(equation, inputs, within)) ?? found;
}

/** The results, or nothing where an index is out of range, which the eager reference refuses. */
function unlessRefused(compute: () => Tensor[]): Tensor[] | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ShapeError) return null; // shapes were checked when the program was traced
    throw error;
  }
}

/** Names the index that the reference refused, in the operation or inside of it. */
function refusal(
  equation: Equation,
  inputs: readonly Tensor[],
  place: Pick<NonFinite, "position" | "count" | "within">,
): NonFinite | null {
  if (equation.primitive !== "checkIndex") return inside(equation, inputs, place.within);
  const { size, what } = equation.params as PrimitiveParams["checkIndex"];
  const [index] = inputs as [Tensor];
  const bad = index.data().findIndex((i) => i < 0 || i >= size);
  const remedy = `${what} must be in 0..${size - 1} (N = ${size}). Count from 0`;
  return { operation: "checkIndex", ...place, operands: [], ...describe(index, bad), remedy };
}

/** What to do about the commonest fault: a root without a slope. */
function remedyOf(
  operation: Primitive,
  [, divisor]: readonly NonFiniteOperand[],
): Pick<NonFinite, "remedy"> | null {
  if (operation !== "div" || divisor?.value !== 0) return null;
  return {
    remedy:
      "If this is the derivative of a root, it is infinite at 0: use norm, or add a small number under the root, as epsRoot of adam and rmsprop does",
  };
}

/** The suspects that the results depend on, through values that are not finite themselves. */
function causes(outputs: readonly Variable[], suspects: ReadonlyMap<Variable, Suspect>): Suspect[] {
  const reached = new Set<Variable>();
  const visit = (v: Variable): void => {
    const suspect = suspects.get(v);
    if (!suspect || reached.has(v)) return;
    reached.add(v);
    suspect.equation?.inputs.forEach(visit);
  };
  outputs.forEach(visit);
  return [...suspects].flatMap(([v, suspect]) => (reached.has(v) ? [suspect] : []));
}

/** The operation inside a loop or function. */
function inside(equation: Equation, inputs: readonly Tensor[], within: readonly string[]): NonFinite | null {
  if (equation.primitive !== "scan") {
    return replay((equation.params as { body: Program }).body, inputs, [...within, equation.primitive]);
  }
  const { body, numConsts, numCarry, length, reverse } = equation.params as PrimitiveParams["scan"];
  const consts = inputs.slice(0, numConsts);
  const xs = inputs.slice(numConsts + numCarry);
  let carry = inputs.slice(numConsts, numConsts + numCarry);
  for (const step of range(length)) {
    const t = reverse ? length - 1 - step : step;
    const args = [...consts, ...carry, ...xs.map((x) => at(x, t))];
    const results = unlessRefused(() => evalProgram(body, args));
    if (!results) return replay(body, args, [...within, `scan turn ${t}`]);
    if (results.some((x) => firstNonFinite(x) >= 0)) {
      const found = replay(body, args, [...within, `scan turn ${t}`]);
      if (found && found.operation !== "argument") return found;
    }
    carry = results.slice(0, numCarry);
  }
  return null;
}

function lastUses({ equations, outputs }: Program): Map<Variable, number> {
  const last = new Map<Variable, number>();
  equations.forEach(({ inputs }, position) => {
    for (const v of inputs) last.set(v, position);
  });
  for (const v of outputs) last.delete(v);
  return last;
}

/** Position of the first element that is NaN or infinite; -1 where there is none. */
function firstNonFinite(x: Tensor): number {
  return isFloat(x.dtype) ? x.data().findIndex((value) => !Number.isFinite(value)) : -1;
}

const holdsNaN = (x: Tensor): boolean => isFloat(x.dtype) && x.data().some(Number.isNaN);

function describe(x: Tensor, element: number): Pick<NonFinite, "result" | "index" | "value"> {
  const { shape, dtype } = x;
  return { result: { shape, dtype }, index: positionOf(element, shape), value: x.data()[element]! };
}

function operandOf(x: Tensor, result: Tensor, element: number): NonFiniteOperand {
  const { shape, dtype } = x;
  let [min, max, numNonFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of x.data()) {
    if (!Number.isFinite(value)) numNonFinite++;
    else [min, max] = [Math.min(min, value), Math.max(max, value)];
  }
  const isAlike = show(shape) === show(result.shape);
  return {
    shape,
    dtype,
    ...(isAlike && { value: x.data()[element]! }),
    ...(min <= max && { range: [min, max] as const }),
    numNonFinite,
  };
}
