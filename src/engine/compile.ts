/**
 * Compiled functions.
 *
 * @module
 */
import { ConfigError, MetaError } from "../errors.js";
import type { TypedArray } from "../tensor/dtype.js";
import { Deferred, dataOf } from "../tensor/eager/concrete.js";
import { eager, fromData } from "../tensor/eager/index.js";
import { type Program, trace } from "../tensor/program.js";
import { type Spec, sameShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { flatten, type Structure, unflatten } from "../tensor/tree.js";
import { currentBuild } from "./executor/build.js";
import { currentEngine, type Engine } from "./executor/engine.js";
import { Executable } from "./executor/executable.js";
import { optimize } from "./passes/index.js";
import { buildPlan } from "./plan/build.js";
import type { Plan } from "./plan/plan.js";

export interface CompileOptions {
  /**
   * Arguments that each call consumes: their leaves stay in the engine's memory, and the first results of the
   * same shapes and dtypes take their place. Pass what the last call returned; older values are gone.
   */
  readonly donate?: readonly number[];
}

/** Bytes that the engine holds for all compiled programs of this thread. */
export function engineMemory(): number {
  return currentEngine().memory.used;
}

/** A result that stays in the engine until the next call consumes it. */
class Resident extends Deferred {
  readonly executable: Executable;
  readonly input: number;
  isCurrent = true;

  constructor(executable: Executable, input: number) {
    super();
    this.executable = executable;
    this.input = input;
  }

  protected read(): TypedArray {
    if (!this.isCurrent) {
      throw new MetaError(
        "compile: a donated value must be read before it is passed on, got one that a later call has consumed. Use the state which that call returned",
      );
    }
    return this.executable.readResident(this.input);
  }
}

/** One compiled signature. */
interface Entry {
  readonly executable: Executable;
  readonly resultStructure: Structure;
  readonly residents: Map<number, Resident>;
}

/**
 * Makes a compiled version of a pure function of trees of tensors.
 *
 * The function is traced once per structure, shapes and dtypes of its arguments; later calls only run kernels.
 * Whatever else it reads is fixed at that time. Inside another transform, or where it closes over a tensor of
 * one, the function itself is called instead.
 *
 * @example
 * const step = compile((w: Tensor) => w.sub(grad(loss)(w).mul(0.1)));
 */
export function compile<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  { donate = [] }: CompileOptions = {},
): (...args: Args) => R {
  const compiled = new WeakMap<Engine, Map<string, Entry | "inline">>();
  for (const index of donate) {
    if (!Number.isInteger(index) || index < 0) {
      throw new ConfigError(`compile: donate must list positions of arguments, got [${donate.join(", ")}]`);
    }
  }
  return (...args) => {
    const [leaves, structure] = flatten(args, "compile: arguments");
    if (leaves.some(({ trace: { level } }) => level > 0)) return fn(...args);
    const engine = currentEngine();
    const entries = compiled.get(engine) ?? new Map<string, Entry | "inline">();
    compiled.set(engine, entries);
    const key = signature(leaves, structure);
    let entry = entries.get(key);
    if (!entry) {
      if (donate.some((index) => index >= args.length)) {
        throw new ConfigError(
          `compile: donate must list positions of the ${args.length} arguments, got [${donate.join(", ")}]`,
        );
      }
      entry = build(fn, leaves, structure, donatedLeaves(args, donate));
      entries.set(key, entry);
    }
    return entry === "inline" ? fn(...args) : (execute(entry, leaves) as R);
  };
}

/** Traces and optimises a function for the given arguments; for `explain` and the tests of passes. */
export function programOf<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
): Program {
  const [leaves, structure] = flatten(args, "compile: arguments");
  return optimize(traceFlat(fn, leaves, structure).program);
}

/** Compiles without running: the executable, for measurements. */
export function executableOf<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
): Executable {
  return executableFor(buildPlan(programOf(fn, args)));
}

function executableFor(plan: Plan): Executable {
  const { memory, pool } = currentEngine();
  return new Executable(plan, memory, currentBuild(), pool);
}

function traceFlat(fn: (...args: never) => unknown, leaves: readonly Tensor[], structure: Structure) {
  let resultStructure: Structure | undefined;
  const traced = trace(
    (flat) => {
      const result = (fn as (...args: unknown[]) => unknown)(...unflatten<unknown[]>(structure, flat));
      const [list, s] = flatten(result, "compile: result");
      resultStructure = s;
      return list;
    },
    leaves,
    "compile",
  );
  return { ...traced, resultStructure: resultStructure! };
}

function build(
  fn: (...args: never) => unknown,
  leaves: readonly Tensor[],
  structure: Structure,
  donated: readonly number[],
): Entry | "inline" {
  const { program, captures, resultStructure } = traceFlat(fn, leaves, structure);
  if (captures.length > 0) return "inline";
  const kept = matchResults(donated, leaves, program.outputs);
  const executable = executableFor(buildPlan(optimize(program), kept));
  return { executable, resultStructure, residents: new Map() };
}

function execute({ executable, resultStructure, residents }: Entry, leaves: readonly Tensor[]): unknown {
  const { plan } = executable;
  const inputs = leaves.map(({ payload }, i) =>
    residents.get(i) === payload && payload instanceof Resident && payload.isCurrent ? null : dataOf(payload),
  );
  // overwritten below, never cleared: a cleared Map points at its next table, so that one dead table in V8's old
  // generation would keep alive all that follow
  for (const resident of residents.values()) resident.isCurrent = false;
  executable.run(inputs);
  const results = plan.outputs.map(({ spec }, i) => {
    const kept = plan.kept.find(({ output }) => output === i);
    if (!kept) return fromData(spec, executable.read(i));
    const input = plan.inputs.findIndex(({ buffer }) => buffer === kept.buffer);
    const resident = new Resident(executable, input);
    residents.set(input, resident);
    return new Tensor(spec.shape, spec.dtype, eager, resident);
  });
  return unflatten(resultStructure, results);
}

/** Positions of the donated arguments' leaves. */
function donatedLeaves(args: readonly unknown[], donate: readonly number[]): number[] {
  let next = 0;
  return args.flatMap((arg, i) => {
    const count = flatten(arg)[0].length;
    next += count;
    return donate.includes(i) ? Array.from({ length: count }, (_, j) => next - count + j) : [];
  });
}

/** Gives each donated leaf the first result of its shape and dtype that is not taken. */
function matchResults(
  donated: readonly number[],
  leaves: readonly Tensor[],
  results: readonly Spec[],
): [output: number, input: number][] {
  const taken = new Set<number>();
  return donated.flatMap((input): [number, number][] => {
    const { shape, dtype } = leaves[input]!;
    const output = results.findIndex(
      (spec, i) => !taken.has(i) && spec.dtype === dtype && sameShape(spec.shape, shape),
    );
    if (output < 0) return [];
    taken.add(output);
    return [[output, input]];
  });
}

function signature(leaves: readonly Tensor[], structure: Structure): string {
  let key = `${currentBuild()} `;
  for (const { shape, dtype } of leaves) key += `${dtype}[${shape}]`;
  return key + JSON.stringify(structure);
}
