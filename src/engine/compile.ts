/**
 * Compiled functions.
 *
 * @module
 */

import { ConfigError } from "../errors.js";
import { expectFunction } from "../tensor/operand.js";
import { type Program, trace } from "../tensor/program.js";
import { type Spec, sameShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { flatten, type Structure, unflatten } from "../tensor/tree.js";
import { currentBuild } from "./executor/build.js";
import { currentEngine, type Engine } from "./executor/engine.js";
import { Executable } from "./executor/executable.js";
import type { LoadOptions } from "./executor/load.js";
import { ProfiledExecutable } from "./executor/profile.js";
import { optimize } from "./passes/index.js";
import { buildPlan } from "./plan/build.js";
import { ProgramCache } from "./program-cache.js";

export interface CompileOptions {
  /**
   * Arguments that each call consumes: their leaves stay in the engine's memory, and the first results of the
   * same shapes and dtypes take their place. Pass what the last call returned; older values are gone.
   */
  readonly donate?: readonly number[];
  /**
   * Arguments that seldom change, such as the parameters of a policy that acts: the engine keeps a copy of each
   * leaf, and copies again only what is another tensor than in the call before.
   */
  readonly hold?: readonly number[];
  /**
   * How many programs are kept, one for each structure, shapes and dtypes of the arguments. Those that have not
   * been used for the longest time go first, and are compiled again when they are needed. Default: 128.
   */
  readonly cache?: number;
}

const DEFAULT_CACHE = 128;

/** Bytes that the engine holds for all compiled programs of this thread. */
export function engineMemory(): number {
  return currentEngine().memory.used;
}

/** The programs of compiled functions, for `releaseMemory`. */
const programsOf = new WeakMap<object, Programs>();

/**
 * Gives back the engine's memory now: what the programs of these compiled functions hold, or those of all.
 *
 * There is no need to call it. Programs that nothing refers to any more give their memory back when JavaScript's
 * garbage is collected, which takes a turn of the event loop; this is for those who cannot wait for that. Results,
 * also donated ones, can be read as before. A function that is called again is compiled again.
 *
 * The memory is used again by other programs; WebAssembly cannot give it back to the system.
 *
 * @throws ConfigError for a function that `compile` did not make
 */
export function releaseMemory(...compiled: readonly ((...args: never) => unknown)[]): void {
  if (compiled.length === 0) {
    currentEngine().memory.releaseAll();
    return;
  }
  const all = compiled.map((fn) => programsOf.get(fn));
  if (all.includes(undefined)) {
    throw new ConfigError(
      "releaseMemory: expected functions that compile() made, got another one. Pass what compile() returned",
    );
  }
  for (const programs of all) programs!.release();
}

/**
 * Makes a compiled version of a pure function of trees of tensors.
 *
 * The function is traced once per structure, shapes and dtypes of its arguments; later calls only run kernels.
 * Whatever else it reads is fixed at that time. Inside another transform, or where it closes over a tensor of
 * one, the function itself is called instead.
 *
 * The engine's memory is given back when nothing refers to the function any more: see `releaseMemory`.
 *
 * @throws ConfigError for options that are none
 *
 * @example
 * const step = compile((w: Tensor) => w.sub(grad(loss)(w).mul(0.1)));
 */
export function compile<Args extends readonly unknown[], R>(
  fn: (...args: Args) => R,
  { donate = [], hold = [], cache = DEFAULT_CACHE }: CompileOptions = {},
): (...args: Args) => R {
  expectFunction("compile", fn);
  expectPositions(donate, "donate");
  expectPositions(hold, "hold");
  const both = hold.find((index) => donate.includes(index));
  if (both !== undefined) {
    throw new ConfigError(
      `compile: an argument is either donated or held, got ${both} in both. A donated one is held anyway`,
    );
  }
  if (!Number.isInteger(cache) || cache < 1) {
    throw new ConfigError(`compile: cache must be an integer >= 1, got ${cache}`);
  }
  const programs = new Programs(fn, { donate, hold, cache });
  const compiled = (...args: Args): R => programs.call(args) as R;
  programsOf.set(compiled, programs);
  return compiled;
}

function expectPositions(positions: readonly number[], who: "donate" | "hold"): void {
  if (positions.some((index) => !Number.isInteger(index) || index < 0)) {
    throw new ConfigError(`compile: ${who} must list positions of arguments, got [${positions.join(", ")}]`);
  }
}

/** One compiled signature; or a function that has to be called as it is. */
type Entry = { readonly executable: Executable; readonly resultStructure: Structure } | "inline";

/** A function, and what it was compiled to. */
class Programs {
  readonly #fn: (...args: never) => unknown;
  readonly #options: Required<CompileOptions>;
  readonly #cache: ProgramCache<Entry>;
  /** What the programs in the cache were compiled for. */
  #engine: Engine | undefined;

  constructor(fn: (...args: never) => unknown, options: Required<CompileOptions>) {
    this.#fn = fn;
    this.#options = options;
    this.#cache = new ProgramCache(options.cache, drop);
  }

  call(args: readonly unknown[]): unknown {
    const build = currentBuild();
    if (this.#engine !== currentEngine()) {
      this.release();
      this.#engine = currentEngine();
    }
    const recent = this.#cache.findRecent(args, build);
    if (recent) {
      const { program, leaves } = recent;
      if (program === "inline") return this.#inline(args);
      if (!program.executable.isReleased) return execute(program, leaves);
    }
    const [leaves, structure] = flatten(args, "compile: arguments");
    if (leaves.some(({ trace: { level } }) => level > 0)) return this.#inline(args);
    const signature = { build, structure, specs: leaves };
    let entry = this.#cache.find(signature);
    if (!entry || (entry !== "inline" && entry.executable.isReleased)) {
      entry = this.#compile(args, leaves, structure);
      this.#cache.add(signature, entry);
    }
    return entry === "inline" ? this.#inline(args) : execute(entry, leaves);
  }

  release(): void {
    this.#cache.clear();
  }

  #inline(args: readonly unknown[]): unknown {
    return (this.#fn as (...args: unknown[]) => unknown)(...args);
  }

  #compile(args: readonly unknown[], leaves: readonly Tensor[], structure: Structure): Entry {
    const { donate, hold } = this.#options;
    expectWithin(donate, args, "donate");
    expectWithin(hold, args, "hold");
    const { program, captures, resultStructure } = traceFlat(this.#fn, leaves, structure);
    if (captures.length > 0) return "inline";
    const kept = matchResults(leavesOf(args, donate), leaves, program.outputs);
    const plan = buildPlan(optimize(program), { kept, held: leavesOf(args, hold) });
    return { executable: new Executable(plan, loadOptions()), resultStructure };
  }
}

function drop(entry: Entry): void {
  if (entry !== "inline") entry.executable.release();
}

function execute({ executable, resultStructure }: Exclude<Entry, "inline">, leaves: readonly Tensor[]) {
  return unflatten(resultStructure, executable.call(leaves));
}

function expectWithin(positions: readonly number[], args: readonly unknown[], who: "donate" | "hold"): void {
  if (positions.some((index) => index >= args.length)) {
    throw new ConfigError(
      `compile: ${who} must list positions of the ${args.length} arguments, got [${positions.join(", ")}]`,
    );
  }
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
): ProfiledExecutable {
  return new ProfiledExecutable(buildPlan(programOf(fn, args)), loadOptions());
}

function loadOptions(): LoadOptions {
  const { memory, pool } = currentEngine();
  return { memory, build: currentBuild(), pool };
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

/** Positions of the leaves of some arguments. */
function leavesOf(args: readonly unknown[], positions: readonly number[]): number[] {
  let next = 0;
  return args.flatMap((arg, i) => {
    const count = flatten(arg)[0].length;
    next += count;
    return positions.includes(i) ? Array.from({ length: count }, (_, j) => next - count + j) : [];
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
