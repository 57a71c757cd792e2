/** Runs one emitted kernel on typed arrays: for the tests and measurements of kernels. */
import { acceptsRelaxed } from "../../executor/build.js";
import { ModuleBuilder } from "../../wasm/module.js";
import type { EmitContext } from "../context.js";

export type Words = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export interface CompiledKernel {
  /**
   * Copies the arrays in, runs the kernel `repeats` times, copies all of them out again.
   *
   * @throws Error if the kernel stored anything beside the arrays
   */
  run(arrays: readonly Words[], repeats?: number): void;
  /** Milliseconds of one call, the best of `batches`, the arrays already in place. */
  time(arrays: readonly Words[], calls: number, batches: number): number;
}

/** Memories by their pages: each takes gigabytes of address space, so that tests must not make one per kernel. */
const memories = new Map<number, WebAssembly.Memory>();
const CANARY = 0x7fa5a5a5; // a NaN, so that a load from outside shows too

/**
 * @param emit adds the kernel's function, one i32 parameter per argument, and returns its index
 * @param numArgs outputs and inputs together
 */
export function compileKernel(
  emit: (context: EmitContext) => number,
  numArgs: number,
  { relaxed = false, pages = 1024 } = {},
): CompiledKernel {
  if (relaxed) acceptsRelaxed(); // Node 20 has to be told
  const module = new ModuleBuilder({ shared: false, maximumPages: 65536 });
  const index = emit({ module, relaxed });
  module.define(
    Array(numArgs).fill("i32"),
    (fn) => (out) => {
      for (const param of fn.params) param.get(out);
      out.byte(0x10).u32(index);
    },
    "kernel",
  );
  const memory = memories.get(pages) ?? new WebAssembly.Memory({ initial: pages });
  memories.set(pages, memory);
  const constants = module.constantTable();
  const table = 1024;
  const imports = {
    env: { memory, constants: new WebAssembly.Global({ value: "i32", mutable: false }, table) },
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), imports);
  const kernel = instance.exports.kernel as (...addresses: number[]) => void;

  const arena = table + 4096 + 16 * constants.length;
  const place = (arrays: readonly Words[]): Words[] => {
    new Int32Array(memory.buffer, table, constants.length).set(constants);
    let address = arena;
    return arrays.map((array) => {
      address = (address + 127) & ~63; // a gap between arrays, so that a store beyond the end shows
      const view =
        array instanceof Float32Array
          ? new Float32Array(memory.buffer, address, array.length)
          : new Int32Array(memory.buffer, address, array.length);
      view.set(array);
      address += array.byteLength;
      if (address > memory.buffer.byteLength) throw new Error("runKernel: the arrays do not fit");
      return view;
    });
  };
  return {
    run(arrays, repeats = 1) {
      const bytes = arrays.reduce((total, array) => total + array.byteLength + 256, 1024);
      const around = new Int32Array(
        memory.buffer,
        arena,
        Math.min(bytes, memory.buffer.byteLength - arena) >> 2,
      );
      around.fill(CANARY);
      const views = place(arrays);
      const addresses = views.map((view) => view.byteOffset);
      for (let i = 0; i < repeats; i++) kernel(...addresses);
      arrays.forEach((array, i) => {
        array.set(views[i]!);
      });
      for (const view of views) new Int32Array(memory.buffer, view.byteOffset, view.length).fill(CANARY);
      const stray = around.findIndex((word) => word !== CANARY);
      if (stray >= 0) throw new Error(`runKernel: a store outside the arrays, at byte ${arena + 4 * stray}`);
    },
    time(arrays, calls, batches) {
      const addresses = place(arrays).map((view) => view.byteOffset);
      let best = Number.POSITIVE_INFINITY;
      for (let batch = 0; batch < batches; batch++) {
        const start = performance.now();
        for (let i = 0; i < calls; i++) kernel(...addresses);
        best = Math.min(best, (performance.now() - start) / calls);
      }
      return best;
    },
  };
}
