/**
 * Runs plans as WebAssembly: one module per plan, its distinct kernels and functions that call them in order.
 *
 * @module
 */
import { allocate, type TypedArray } from "../../tensor/dtype.js";
import { emitKernel } from "../kernels/emit.js";
import type { Kernel } from "../kernels/kernel.js";
import { flops, type Place, type Plan, type Step } from "../plan/plan.js";
import { ModuleBuilder } from "../wasm/module.js";
import type { WorkerPool } from "../workers/pool.js";
import type { Turns } from "../workers/turns.js";
import type { Build } from "./build.js";
import { defineDriver, type Part } from "./driver.js";
import { KernelNumbers } from "./kernel-numbers.js";
import { type EngineMemory, MAX_PAGES } from "./memory.js";

/** Time spent in one distinct kernel. */
export interface KernelProfile {
  readonly kernel: Kernel;
  readonly calls: number;
  readonly ms: number;
  /** Floating-point operations of all calls. */
  readonly flops: number;
}

type Run = (scratch: number) => void;

/** A plan, placed in memory and compiled. */
export class Executable {
  readonly plan: Plan;
  readonly build: Build;
  readonly #memory: EngineMemory;
  readonly #run: Run;
  readonly #instance: WebAssembly.Instance;
  readonly #kernels = new KernelNumbers();
  /** Byte addresses of buffers outside the arena. */
  readonly #lasting = new Map<Place["buffer"], number>();

  /** The plan in parts, where workers share its loops. */
  readonly #parts: readonly Part[];
  readonly #shared: { readonly pool: WorkerPool; readonly program: number } | undefined;

  /** @param pool workers that share the plan's parallel loops; their memory is `memory` */
  constructor(plan: Plan, memory: EngineMemory, build: Build, pool?: WorkerPool) {
    this.plan = plan;
    this.build = build;
    this.#memory = memory;
    const module = new ModuleBuilder({ shared: memory.shared, maximumPages: MAX_PAGES });
    const context = { module, relaxed: build === "relaxed" };

    const lasting = [...plan.constants.map(({ buffer }) => buffer), ...plan.resident];
    for (const buffer of lasting) this.#lasting.set(buffer, memory.allocate(4 * buffer.size));
    for (const { buffer, data } of plan.constants) write(memory, this.#lasting.get(buffer)!, data);

    for (const { kernel } of flatSteps(plan.steps)) this.#kernels.number(kernel);
    const functions = this.#kernels.distinct.map((kernel, i) => {
      const index = emitKernel(kernel, context);
      module.export(`kernel${i}`, index);
      return index;
    });
    const functionOf = (kernel: Kernel) => functions[this.#kernels.number(kernel)]!;
    const inParts = pool !== undefined;
    this.#parts = defineDriver(module, { plan, functionOf, lasting: this.#lasting, inParts });

    const table = module.constantTable();
    const constants = memory.allocate(4 * table.length);
    memory.int32.set(table, constants / 4);
    memory.reserveScratch(4 * plan.size);
    const compiled = new WebAssembly.Module(module.bytes());
    this.#instance = new WebAssembly.Instance(compiled, {
      env: {
        memory: memory.memory,
        constants: new WebAssembly.Global({ value: "i32", mutable: false }, constants),
      },
    });
    this.#run = this.#instance.exports.run as Run;
    if (pool && this.#parts.length > 0) {
      const areas = this.#parts.map((part) => (part.kind === "turns" ? 4 * part.area.size : 0));
      this.#shared = { pool, program: pool.add(compiled, constants, Math.max(...areas)) };
    }
  }

  /** Number of distinct kernels. */
  get numKernels(): number {
    return this.#kernels.distinct.length;
  }

  /**
   * Runs the plan once.
   *
   * @param inputs null where the input is resident and still in place
   */
  run(inputs: readonly (TypedArray | null)[]): void {
    inputs.forEach((data, i) => {
      if (data) write(this.#memory, this.#address({ buffer: this.plan.inputs[i]!.buffer, offset: 0 }), data);
    });
    if (this.#shared) this.#runShared(this.#shared);
    else this.#run(this.#memory.scratch);
    for (const { output, buffer } of this.plan.kept) {
      const from = this.#address(this.plan.outputs[output]!.place) / 4;
      const to = this.#lasting.get(buffer)! / 4;
      if (from !== to) this.#memory.float32.copyWithin(to, from, from + buffer.size);
    }
  }

  /** Runs the plan part by part, and its loops together with the pool's workers. */
  #runShared({ pool, program }: { readonly pool: WorkerPool; readonly program: number }): void {
    const { scratch } = this.#memory;
    let loop = 0;
    for (const part of this.#parts) {
      const run = this.#instance.exports[part.name];
      if (part.kind === "steps") (run as Run)(scratch);
      else {
        const area = this.#address({ buffer: part.area, offset: 0 });
        pool.run({ program, loop: loop++, count: part.count, scratch, area, turns: run as Turns });
      }
    }
  }

  /** Copies a result of the last run. */
  read(output: number): TypedArray {
    const { spec, place } = this.plan.outputs[output]!;
    return read(
      this.#memory,
      this.#address(place),
      spec.dtype,
      spec.shape.reduce((a, b) => a * b, 1),
    );
  }

  /** Copies what a resident input holds now. */
  readResident(input: number): TypedArray {
    const { spec, buffer } = this.plan.inputs[input]!;
    return read(this.#memory, this.#lasting.get(buffer)!, spec.dtype, buffer.size);
  }

  /** Runs kernel by kernel from JavaScript and times each, over the values that the last run left. */
  profile(): KernelProfile[] {
    const profiles = new Map<number, { kernel: Kernel; calls: number; ms: number; flops: number }>();
    const visit = (steps: readonly Step[], turns: ReadonlyMap<number, number>) => {
      for (const step of steps) {
        if (step.kind === "loop") {
          for (let t = 0; t < step.count; t++)
            visit(step.body, new Map(turns).set(step.id, step.reverse ? step.count - 1 - t : t));
          continue;
        }
        const index = this.#kernels.number(step.kernel);
        const kernel = this.#instance.exports[`kernel${index}`] as (...addresses: number[]) => void;
        const addresses = step.args.map((place) => {
          const moved = (place.turns ?? []).reduce(
            (total, { loop, stride }) => total + stride * turns.get(loop)!,
            0,
          );
          return this.#address(place) + 4 * moved;
        });
        const start = performance.now();
        kernel(...addresses);
        const ms = performance.now() - start;
        const profile = profiles.get(index) ?? { kernel: step.kernel, calls: 0, ms: 0, flops: 0 };
        profile.calls++;
        profile.ms += ms;
        profile.flops += flops(step.kernel);
        profiles.set(index, profile);
      }
    };
    visit(this.plan.steps, new Map());
    return [...profiles.values()].sort((a, b) => b.ms - a.ms);
  }

  #address({ buffer, offset }: Place): number {
    const lasting = this.#lasting.get(buffer);
    return 4 * offset + (lasting ?? this.#memory.scratch + 4 * this.plan.offsets.get(buffer)!);
  }
}

function* flatSteps(steps: readonly Step[]): Generator<Extract<Step, { kind: "kernel" }>> {
  for (const step of steps) {
    if (step.kind === "kernel") yield step;
    else yield* flatSteps(step.body);
  }
}

function write(memory: EngineMemory, address: number, data: TypedArray): void {
  if (data instanceof Float32Array) memory.float32.set(data, address / 4);
  else if (data instanceof Int32Array) memory.int32.set(data, address / 4);
  else for (let i = 0; i < data.length; i++) memory.int32[address / 4 + i] = data[i] ? -1 : 0; // bool as a mask
}

function read(
  memory: EngineMemory,
  address: number,
  dtype: "float32" | "float64" | "int32" | "bool",
  size: number,
): TypedArray {
  const start = address / 4;
  if (dtype === "float32") return memory.float32.slice(start, start + size);
  if (dtype === "int32") return memory.int32.slice(start, start + size);
  const data = allocate(dtype, size);
  for (let i = 0; i < size; i++) data[i] = memory.int32[start + i] ? 1 : 0;
  return data;
}
