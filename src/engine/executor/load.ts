/**
 * Makes WebAssembly of a plan: one module, with its distinct kernels and the functions that call them in order.
 *
 * @module
 */
import { emitKernel } from "../kernels/emit.js";
import type { Kernel } from "../kernels/kernel.js";
import type { Buffer, Plan } from "../plan/plan.js";
import { ModuleBuilder } from "../wasm/module.js";
import type { WorkerPool } from "../workers/pool.js";
import type { Build } from "./build.js";
import { defineDriver, type Part } from "./driver.js";
import { Holding } from "./holding.js";
import { KernelNumbers } from "./kernel-numbers.js";
import { type EngineMemory, MAX_PAGES } from "./memory.js";
import { writeValue } from "./values.js";

export interface LoadOptions {
  readonly memory: EngineMemory;
  readonly build: Build;
  /** Workers that share the plan's parallel loops; their memory is `memory`. */
  readonly pool?: WorkerPool | undefined;
  /** Whether the kernels can be called one by one, as `kernel0`, `kernel1`, … Default: false. */
  readonly exportKernels?: boolean;
}

/** A plan, placed in memory and compiled. */
export interface Loaded {
  readonly build: Build;
  readonly instance: WebAssembly.Instance;
  /** What it takes of the memory. */
  readonly holding: Holding;
  /** Byte addresses of the buffers outside the arena. */
  readonly lasting: ReadonlyMap<Buffer, number>;
  /** The plan in parts, and who shares them, where workers share its loops. */
  readonly shared:
    | { readonly pool: WorkerPool; readonly program: number; readonly parts: readonly Part[] }
    | undefined;
}

/** @throws MetaError when memory does not suffice; nothing is held then */
export function load(plan: Plan, options: LoadOptions): Loaded {
  const holding = new Holding(options.memory);
  try {
    return loadInto(holding, plan, options);
  } catch (error) {
    holding.release();
    throw error;
  }
}

function loadInto(
  holding: Holding,
  plan: Plan,
  { memory, build, pool, exportKernels = false }: LoadOptions,
): Loaded {
  const lasting = new Map<Buffer, number>();
  for (const buffer of [...plan.constants.map(({ buffer }) => buffer), ...plan.resident]) {
    lasting.set(buffer, holding.take(4 * buffer.size));
  }
  for (const { buffer, data } of plan.constants) writeValue(memory, lasting.get(buffer)!, data);

  const module = new ModuleBuilder({ shared: memory.shared, maximumPages: MAX_PAGES });
  const context = { module, relaxed: build === "relaxed" };
  const kernels = KernelNumbers.of(plan.steps);
  const functions = kernels.distinct.map((kernel, i) => {
    const index = emitKernel(kernel, context);
    if (exportKernels) module.export(`kernel${i}`, index);
    return index;
  });
  const functionOf = (kernel: Kernel) => functions[kernels.number(kernel)]!;
  const parts = defineDriver(module, { plan, functionOf, lasting, inParts: pool !== undefined });

  const table = module.constantTable();
  const constants = holding.take(4 * table.length);
  memory.int32.set(table, constants / 4);
  holding.needScratch(4 * plan.size);
  const compiled = new WebAssembly.Module(module.bytes());
  const instance = new WebAssembly.Instance(compiled, {
    env: {
      memory: memory.memory,
      constants: new WebAssembly.Global({ value: "i32", mutable: false }, constants),
    },
  });
  if (!pool || parts.length === 0) {
    holding.complete();
    return { build, instance, holding, lasting, shared: undefined };
  }
  const areas = parts.map((part) => (part.kind === "turns" ? part.areaBytes : 0));
  const program = pool.add(compiled, constants, Math.max(...areas));
  holding.complete(() => pool.remove(program));
  return { build, instance, holding, lasting, shared: { pool, program, parts } };
}
