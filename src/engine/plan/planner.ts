/**
 * A plan in the making: where each value lies, and the steps so far.
 *
 * A value is a place (a buffer and an offset) seen through a view (strides). Transposes, slices, reshapes and broadcasts
 * only make another view of the same place; a kernel is added when a value has to be computed, or has to be dense. For
 * `matmul(transpose(x), y)` of x `[3, 4]` and y `[3, 2]`:
 *
 *     locate(x)             place %0, strides [4, 1]
 *     locate(transpose x)   place %0, strides [1, 4]        no step
 *     matmul                reads %0 and %1, writes matmul  one step: the kernel takes transposed operands
 *
 * A copy of a view is made once, however many ask for it; inside a loop, once before the loop where the loop does not
 * change it.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.js";
import type { PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { showSpec, sizeOf } from "../../tensor/shape.js";
import type { Kernel } from "../kernels/kernel.js";
import { copyKernel } from "./copy.js";
import { isView } from "./fuse.js";
import { type Located, newBuffer, shifted } from "./located.js";
import type { Buffer, KernelStep, Place, Plan, Step } from "./plan.js";
import {
  broadcastView,
  contiguous,
  flipView,
  isContiguous,
  reshapeView,
  sliceView,
  transposeView,
} from "./view.js";

/** What all parts of one plan share. */
export interface PlanContext {
  readonly constants: { readonly buffer: Buffer; readonly data: Plan["constants"][number]["data"] }[];
}

/** The plan around a loop body. */
export interface OuterPlan {
  readonly planner: Planner;
  /** Buffers that are not written from turn to turn. */
  readonly unchanging: ReadonlySet<Buffer>;
  /** Told of each buffer that is filled before the loop. */
  readonly hoist: (buffer: Buffer) => void;
}

/** The steps of one program or loop body so far, and where its values lie. */
export class Planner {
  readonly steps: Step[] = [];
  readonly context: PlanContext;
  readonly #located = new Map<Variable, Located>();
  readonly #definitions = new Map<Variable, Equation>();
  readonly #copies = new Map<string, Located>();
  /** Steps that run when something reads what they fill. */
  readonly #pending = new Map<Buffer, KernelStep>();
  /** What `unpatch` reads, through reshapes. */
  readonly #unpatched = new Set<Variable>();

  readonly #outer: OuterPlan | undefined;

  constructor(program: Program, context: PlanContext, outer?: OuterPlan) {
    this.context = context;
    this.#outer = outer;
    for (const equation of program.equations)
      for (const v of equation.outputs) this.#definitions.set(v, equation);
    for (const { primitive, inputs } of program.equations)
      if (primitive === "unpatch") this.#unpatched.add(this.#reshaped(inputs[0]!));
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
    if (!isContiguous(located.view)) return this.copy(located, v.dtype).place;
    this.#fill(located.place.buffer);
    return shifted(located);
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
    for (const { buffer } of args) this.#fill(buffer);
    this.steps.push({ kind: "kernel", kernel, args });
  }

  /** Adds a kernel before the first that reads its result, if there is one. */
  kernelWhenRead(kernel: Kernel, args: readonly Place[]): void {
    this.#pending.set(args[0]!.buffer, { kind: "kernel", kernel, args });
  }

  /** The kernel that will fill a buffer, if nothing has read that yet. */
  pending(buffer: Buffer): KernelStep | undefined {
    return this.#pending.get(buffer);
  }

  /** Whether `unpatch` reads a value. */
  isUnpatched(v: Variable): boolean {
    return this.#unpatched.has(v);
  }

  #fill(buffer: Buffer): void {
    const step = this.#pending.get(buffer);
    if (!step) return;
    this.#pending.delete(buffer);
    this.kernel(step.kernel, step.args);
  }

  #reshaped(v: Variable): Variable {
    const equation = this.#definitions.get(v);
    return equation?.primitive === "reshape" ? this.#reshaped(equation.inputs[0]!) : v;
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
}
