/** Runs one emitted kernel on typed arrays: for the tests and measurements of kernels. */
import { ModuleBuilder } from "../../wasm/module.js";
import type { EmitContext } from "../context.js";

export type Words = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export interface CompiledKernel {
  /** Copies the arrays in, runs the kernel `repeats` times, copies all of them out again. */
  run(arrays: readonly Words[], repeats?: number): void;
  /** Milliseconds of one call, the best of `batches`, the arrays already in place. */
  time(arrays: readonly Words[], calls: number, batches: number): number;
}

/**
 * @param emit adds the kernel's function, one i32 parameter per argument, and returns its index
 * @param numArgs outputs and inputs together
 */
export function compileKernel(
  emit: (context: EmitContext) => number,
  numArgs: number,
  { relaxed = false, pages = 1024 } = {},
): CompiledKernel {
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
  const memory = new WebAssembly.Memory({ initial: pages });
  const constants = module.constantTable();
  const table = 1024;
  new Int32Array(memory.buffer, table, constants.length).set(constants);
  const imports = {
    env: { memory, constants: new WebAssembly.Global({ value: "i32", mutable: false }, table) },
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), imports);
  const kernel = instance.exports.kernel as (...addresses: number[]) => void;

  const place = (arrays: readonly Words[]): Words[] => {
    let address = table + 4096 + 16 * constants.length;
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
      const views = place(arrays);
      const addresses = views.map((view) => view.byteOffset);
      for (let i = 0; i < repeats; i++) kernel(...addresses);
      arrays.forEach((array, i) => {
        array.set(views[i]!);
      });
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
