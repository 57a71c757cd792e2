/**
 * From an optimised program to a plan: buffers, kernels and their arguments.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { DType } from "../../tensor/dtype.js";
import type { PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { showSpec, sizeOf, stridesOf } from "../../tensor/shape.js";
import type { Kernel, Lane } from "../kernels/kernel.js";
import { type CarryCopy, writeInPlace } from "./carry.js";
import { fuse, isView } from "./fuse.js";
import { loopOf } from "./loop.js";
import { allocate } from "./memory.js";
import type { Buffer, Place, Plan, Step } from "./plan.js";
import { lowerSingle } from "./single.js";
import {
  broadcastView,
  contiguous,
  flipView,
  isContiguous,
  reshapeView,
  sliceView,
  transposeView,
  type View,
} from "./view.js";

/** Where a value lies: the start of its root, and the view of it from there. */
export interface Located {
  readonly place: Place;
  readonly view: View;
}

let nextBuffer = 0;
let nextLoop = 0;

/** What all parts of one plan share. */
export interface PlanContext {
  readonly constants: { readonly buffer: Buffer; readonly data: Plan["constants"][number]["data"] }[];
}

/** The plan around a loop body. */
interface OuterPlan {
  readonly planner: Planner;
  /** Buffers that are not written from turn to turn. */
  readonly unchanging: ReadonlySet<Buffer>;
  /** Told of each buffer that is filled before the loop. */
  readonly hoist: (buffer: Buffer) => void;
}

/** Turns the equations of one program (or loop body) into steps. */
export class Planner {
  readonly steps: Step[] = [];
  readonly context: PlanContext;
  readonly #located = new Map<Variable, Located>();
  readonly #definitions = new Map<Variable, Equation>();
  readonly #copies = new Map<string, Located>();

  readonly #outer: OuterPlan | undefined;

  constructor(program: Program, context: PlanContext, outer?: OuterPlan) {
    this.context = context;
    this.#outer = outer;
    for (const equation of program.equations)
      for (const v of equation.outputs) this.#definitions.set(v, equation);
    for (const [v, value] of program.constants) {
      const buffer = newBuffer(value.size, value.dtype, "constant");
      context.constants.push({ buffer, data: value.data() });
      this.#located.set(v, { place: { buffer, offset: 0 }, view: contiguous(v.shape) });
    }
    this.scalars = new Map(
      [...program.constants].filter(([, value]) => value.size === 1).map(([v, value]) => [v, value.item()]),
    );
  }

  /** Constants of one element, for kernels that hold them as literals. */
  readonly scalars: ReadonlyMap<Variable, number>;

  /** Says where an input of the program lies. */
  provide(v: Variable, place: Place): void {
    this.#located.set(v, { place, view: contiguous(v.shape) });
  }

  /** A new buffer for a value, in row-major order. */
  define(v: Variable, label: string): Place {
    const place = { buffer: newBuffer(sizeOf(v.shape), v.dtype, label), offset: 0 };
    this.provide(v, place);
    return place;
  }

  /** Where a value lies; structure is followed to its source. */
  locate(v: Variable): Located {
    const known = this.#located.get(v);
    if (known) return known;
    const equation = this.#definitions.get(v);
    if (!equation || !isView(equation.primitive))
      throw new Error(`plan: ${showSpec(v)} is used before it is computed`);
    const located = this.#view(equation, v);
    this.#located.set(v, located);
    return located;
  }

  /** The scalar constant behind broadcasts, if that is what `v` is. */
  literal(v: Variable): number | undefined {
    const equation = this.#definitions.get(v);
    return this.scalars.get(equation?.primitive === "broadcast" ? equation.inputs[0]! : v);
  }

  /** The value in row-major order without gaps; copies where it is not. */
  dense(v: Variable): Place {
    const located = this.locate(v);
    return isContiguous(located.view) ? shifted(located) : this.copy(located, v.dtype).place;
  }

  /** Copies a view to row-major order, once for equal views. */
  copy(located: Located, dtype: DType): Located {
    const key = JSON.stringify([
      located.place.buffer.id,
      located.place.offset,
      located.place.turns,
      located.view,
    ]);
    const known = this.#copies.get(key);
    if (known) return known;
    if (this.#outer?.unchanging.has(located.place.buffer) && !located.place.turns) {
      const before = this.#outer.planner.copy(located, dtype); // once, before the loop
      this.#outer.hoist(before.place.buffer);
      this.#copies.set(key, before);
      return before;
    }
    const buffer = newBuffer(sizeOf(located.view.shape), dtype, "copy");
    const place = { buffer, offset: 0 };
    this.kernel(copyKernel(located.view, dtype), [place, shifted(located)]);
    const result = { place, view: contiguous(located.view.shape) };
    this.#copies.set(key, result);
    return result;
  }

  kernel(kernel: Kernel, args: readonly Place[]): void {
    this.steps.push({ kind: "kernel", kernel, args });
  }

  /** Lowers all equations, in the order of the fused units. */
  lower(program: Program): void {
    const fusion = fuse(program);
    for (const unit of fusion.units) {
      if (unit.kind === "loop") loopOf(this, unit, fusion);
      else if (unit.equation.primitive === "scan") this.#scan(unit.equation as unknown as Equation<"scan">);
      else lowerSingle(this, unit.equation);
    }
  }

  #view({ primitive, inputs, params }: Equation, v: Variable): Located {
    const { place, view } = this.locate(inputs[0]!);
    switch (primitive) {
      case "broadcast":
        return { place, view: broadcastView(view, v.shape) };
      case "transpose":
        return { place, view: transposeView(view, (params as PrimitiveParams["transpose"]).permutation) };
      case "flip":
        return { place, view: flipView(view, (params as PrimitiveParams["flip"]).axes) };
      case "slice": {
        const { starts, strides } = params as PrimitiveParams["slice"];
        return { place, view: sliceView(view, v.shape, starts, strides) };
      }
      default: {
        const renamed = reshapeView(view, v.shape);
        return renamed
          ? { place, view: renamed }
          : { place: this.copy({ place, view }, v.dtype).place, view: contiguous(v.shape) };
      }
    }
  }

  /** A loop: its body is planned on its own, with a scratch buffer of this plan as its arena. */
  #scan({ inputs, outputs, params }: Equation<"scan">): void {
    const { body, numConsts, numCarry, length, reverse } = params;
    const loop = nextLoop++;
    const carryEnd = numConsts + numCarry;
    const fixed = new Set<Buffer>();
    const unchanging = new Set<Buffer>();
    const inner = new Planner(body, this.context, {
      planner: this,
      unchanging,
      hoist: (buffer) => fixed.add(buffer),
    });
    const give = (v: Variable, place: Place) => {
      fixed.add(place.buffer);
      inner.provide(v, place);
    };
    const turning = (place: Place, stride: number): Place => ({
      ...place,
      turns: [...(place.turns ?? []), { loop, stride }],
    });

    const carry = outputs.slice(0, numCarry).map((v) => this.define(v, "carry"));
    body.inputs.forEach((v, i) => {
      const outer = inputs[i]!;
      if (i < numConsts) {
        const place = this.dense(outer);
        unchanging.add(place.buffer);
        give(v, place);
      } else if (i >= carryEnd) give(v, turning(this.dense(outer), sizeOf(v.shape)));
      else {
        const place = carry[i - numConsts]!;
        const from = this.locate(outer);
        this.kernel(copyKernel(from.view, v.dtype), [place, shifted(from)]);
        give(v, place);
      }
    });
    inner.lower(body);

    const results = body.outputs.map((v) => inner.dense(v));
    // a carry that is another carry of this turn must be saved before that one is written
    const saved = results.map((place, i) => {
      const clash = i < numCarry && carry.some((other, j) => j !== i && other.buffer === place.buffer);
      return clash
        ? inner.copy({ place, view: contiguous(body.outputs[i]!.shape) }, body.outputs[i]!.dtype).place
        : place;
    });
    const copies: CarryCopy[] = [];
    const write = (i: number, to: Place) => {
      fixed.add(to.buffer);
      const { shape, dtype } = body.outputs[i]!;
      if (saved[i] === to) return;
      inner.kernel(copyKernel(contiguous(shape), dtype), [to, saved[i]!]);
      if (i < numCarry) copies.push({ step: inner.steps.at(-1)!, from: saved[i]!, to });
    };
    // the ys first: they may hold the carry as it was
    for (let i = numCarry; i < results.length; i++) {
      write(i, turning(this.define(outputs[i]!, "scan"), sizeOf(body.outputs[i]!.shape)));
    }
    for (let i = 0; i < numCarry; i++) write(i, carry[i]!);

    for (const { buffer } of this.context.constants) fixed.add(buffer);
    const steps = writeInPlace(inner.steps, copies, fixed);
    const arena = allocate(steps, fixed, [], []);
    const scratch = newBuffer(arena.size, "float32", "loop");
    this.steps.push({
      kind: "loop",
      id: loop,
      count: length,
      reverse,
      body: steps.map((step) => relocate(step, scratch, arena.offsets)),
    });
  }
}

/**
 * Makes the plan of an optimised program.
 *
 * @param kept pairs of an output and the input that it becomes in the next call
 */
export function buildPlan(
  program: Program,
  kept: readonly (readonly [output: number, input: number])[] = [],
): Plan {
  refuseFloat64(program);
  const context: PlanContext = { constants: [] };
  const planner = new Planner(program, context);
  const inputs = program.inputs.map((v) => ({ spec: v, buffer: planner.define(v, "input").buffer }));
  const residentOf = new Map(kept.map(([output, input]) => [output, inputs[input]!.buffer]));
  const resident = [...residentOf.values()];
  planner.lower(program);
  const outputs = program.outputs.map((v, i) => {
    const place = planner.dense(v);
    // a resident that comes out elsewhere must be saved before it is overwritten
    const clash = resident.includes(place.buffer) && residentOf.get(i) !== place.buffer;
    return {
      spec: v,
      place: clash ? planner.copy({ place, view: contiguous(v.shape) }, v.dtype).place : place,
    };
  });
  const fixed = new Set([...context.constants.map(({ buffer }) => buffer), ...resident]);
  const { offsets, size } = allocate(
    planner.steps,
    fixed,
    inputs.map(({ buffer }) => buffer),
    outputs.map(({ place }) => place.buffer),
  );
  const keptBuffers = [...residentOf].map(([output, buffer]) => ({ output, buffer }));
  const plan: Plan = {
    steps: planner.steps,
    inputs,
    outputs,
    resident,
    kept: keptBuffers,
    constants: context.constants,
    offsets,
    size,
  };
  refuseHuge(plan);
  return plan;
}

function refuseFloat64({ inputs, constants, equations }: Program): void {
  for (const v of [...inputs, ...constants.keys(), ...equations.flatMap(({ outputs }) => outputs)]) {
    if (v.dtype === "float64") {
      throw new ShapeError(
        `compile: expected float32, int32 or bool, got ${showSpec(v)}. float64 runs in the eager reference only`,
      );
    }
  }
  for (const { primitive, params } of equations) {
    if (primitive === "scan") refuseFloat64((params as PrimitiveParams["scan"]).body);
  }
}

const MAX_BYTES = 2 ** 32 - 2 ** 20;

function refuseHuge(plan: Plan): void {
  const lasting = [...plan.constants.map(({ buffer }) => buffer), ...plan.resident];
  const bytes = 4 * lasting.reduce((total, { size }) => total + size, plan.size);
  if (bytes <= MAX_BYTES) return;
  const gib = (b: number) => `${(b / 2 ** 30).toFixed(2)} GiB`;
  const largest = [...plan.offsets.keys(), ...lasting]
    .filter(({ size }) => size >= plan.size / 100)
    .sort((a, b) => b.size - a.size)
    .slice(0, 5);
  const names = largest
    .map(({ label, size, dtype }) => `${label} ${dtype}[${size}] of ${gib(4 * size)}`)
    .join(", ");
  throw new ShapeError(
    `compile: a plan must fit 4 GiB, got ${gib(bytes)}; its largest values: ${names}. Use smaller chunks of tasks, or checkpoint()`,
  );
}

export function newBuffer(size: number, dtype: DType, label: string): Buffer {
  return { id: nextBuffer++, size, dtype, label };
}

/** The place of a view's first element. */
export function shifted({ place, view }: Located): Place {
  return view.offset === 0 ? place : { ...place, offset: place.offset + view.offset };
}

export function laneOf(dtype: DType): Lane {
  return dtype as Lane; // float64 is refused before
}

/** Row-major copy of a view. Arguments: out, in. */
export function copyKernel(
  view: View,
  dtype: DType,
  outStrides: readonly number[] = stridesOf(view.shape),
): Kernel {
  const swap = plainTranspose(view);
  if (swap && outStrides.every((s, i) => s === stridesOf(view.shape)[i])) return swap;
  return {
    kind: "loop",
    extents: view.shape,
    reduced: view.shape.map(() => false),
    inputs: [{ lane: laneOf(dtype), strides: view.strides }],
    steps: [],
    outputs: [{ value: 0, strides: outStrides }],
  };
}

/** A batch of matrices that lie transposed: copied through 4 by 4 blocks. */
function plainTranspose({ shape, strides }: View): Kernel | undefined {
  const kept = shape.flatMap((n, axis) => (n === 1 ? [] : [{ n, stride: strides[axis]! }]));
  const rows = kept.at(-2);
  const columns = kept.at(-1);
  if (!rows || !columns || rows.stride !== 1 || columns.stride !== rows.n) return undefined;
  const outer = kept.slice(0, -2);
  const matrix = rows.n * columns.n;
  let expected = matrix;
  for (let i = outer.length - 1; i >= 0; i--) {
    if (outer[i]!.stride !== expected) return undefined;
    expected *= outer[i]!.n;
  }
  return { kind: "transpose", batch: expected / matrix, rows: columns.n, columns: rows.n };
}

/** Moves the buffers of a loop body into the scratch buffer of the plan around it. */
function relocate(step: Step, scratch: Buffer, offsets: ReadonlyMap<Buffer, number>): Step {
  if (step.kind === "loop")
    return { ...step, body: step.body.map((inner) => relocate(inner, scratch, offsets)) };
  const args = step.args.map((place) => {
    const offset = offsets.get(place.buffer);
    return offset === undefined ? place : { ...place, buffer: scratch, offset: place.offset + offset };
  });
  return { ...step, args };
}
