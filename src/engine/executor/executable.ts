/**
 * Runs plans as WebAssembly: one module per plan, its distinct kernels and a function that calls them in order.
 *
 * @module
 */
import { allocate, type TypedArray } from "../../tensor/dtype.js";
import { emitKernel } from "../kernels/emit.js";
import type { Kernel } from "../kernels/kernel.js";
import { flops, type Place, type Plan, type Step } from "../plan/plan.js";
import { type Code, call, i32, type Local, loopWhile, sequence } from "../wasm/code.js";
import { type FunctionBuilder, ModuleBuilder } from "../wasm/module.js";
import type { Build } from "./build.js";
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

  constructor(plan: Plan, memory: EngineMemory, build: Build) {
    this.plan = plan;
    this.build = build;
    this.#memory = memory;
    const module = new ModuleBuilder({ shared: false, maximumPages: MAX_PAGES });
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
    module.define(["i32"], (fn) => this.#calls(plan.steps, fn, functionOf, new Map()), "run");

    const table = module.constantTable();
    const constants = memory.allocate(4 * table.length);
    memory.int32.set(table, constants / 4);
    memory.reserveScratch(4 * plan.size);
    this.#instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
      env: {
        memory: memory.memory,
        constants: new WebAssembly.Global({ value: "i32", mutable: false }, constants),
      },
    });
    this.#run = this.#instance.exports.run as Run;
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
    this.#run(this.#memory.scratch);
    for (const { output, buffer } of this.plan.kept) {
      const from = this.#address(this.plan.outputs[output]!.place) / 4;
      const to = this.#lasting.get(buffer)! / 4;
      if (from !== to) this.#memory.float32.copyWithin(to, from, from + buffer.size);
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

  /** Calls of the kernels in order; arena addresses count from the scratch area, the function's argument. */
  #calls(
    steps: readonly Step[],
    fn: FunctionBuilder,
    functionOf: (kernel: Kernel) => number,
    turns: Map<number, Local>,
  ): Code {
    const address = ({ buffer, offset, turns: moves = [] }: Place): Code => {
      const lasting = this.#lasting.get(buffer);
      let code =
        lasting === undefined
          ? i32.add(fn.params[0]!.get, i32.const(4 * (offset + this.plan.offsets.get(buffer)!)))
          : i32.const(lasting + 4 * offset);
      for (const { loop, stride } of moves) {
        if (stride !== 0) code = i32.add(code, i32.mul(turns.get(loop)!.get, i32.const(4 * stride)));
      }
      return code;
    };
    return sequence(
      ...steps.map((step): Code => {
        if (step.kind === "kernel") return call(functionOf(step.kernel), ...step.args.map(address));
        const turn = fn.local("i32");
        const body = this.#calls(step.body, fn, functionOf, new Map(turns).set(step.id, turn));
        const [start, by] = step.reverse ? [step.count - 1, -1] : [0, 1];
        return sequence(
          turn.set(i32.const(start)),
          loopWhile(
            step.reverse ? i32.ge_s(turn.get, i32.const(0)) : i32.lt_s(turn.get, i32.const(step.count)),
            sequence(body, turn.set(i32.add(turn.get, i32.const(by)))),
          ),
        );
      }),
    );
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
