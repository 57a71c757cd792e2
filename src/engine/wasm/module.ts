/**
 * Assembles a WebAssembly module: imported memory and constants, functions, exports.
 *
 * @module
 */
import { Bytes, floatBits } from "./bytes.js";
import {
  type Code,
  globalGet,
  i32,
  type Local,
  loopWhile,
  sequence,
  VALUE_TYPES,
  type ValueType,
} from "./code.js";

/** Locals of one function, and loops over them. */
export class FunctionBuilder {
  readonly params: readonly Local[];
  readonly #types: ValueType[];

  constructor(params: readonly ValueType[]) {
    this.#types = [...params];
    this.params = params.map((type, index) => makeLocal(index, type));
  }

  /** Declares a local variable, zero at first. */
  local(type: ValueType): Local {
    this.#types.push(type);
    return makeLocal(this.#types.length - 1, type);
  }

  /** Declares `count` locals. */
  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** `for (i = 0; i < count; i += step) body(i)`; `count` must be a multiple of `step` to stop at it. */
  for(count: number, body: (i: Local) => Code, step = 1): Code {
    const i = this.local("i32");
    return sequence(
      i.set(i32.const(0)),
      loopWhile(i32.lt_u(i.get, i32.const(count)), sequence(body(i), i.set(i32.add(i.get, i32.const(step))))),
    );
  }

  /** Types of the locals that are not parameters. */
  get declared(): readonly ValueType[] {
    return this.#types.slice(this.params.length);
  }
}

function makeLocal(index: number, type: ValueType): Local {
  const access =
    (opcode: number) =>
    (value: Code): Code =>
    (out) => {
      value(out);
      out.byte(opcode).u32(index);
    };
  return {
    index,
    type,
    get: (out) => out.byte(0x20).u32(index),
    set: access(0x21),
    tee: access(0x22),
  };
}

/**
 * A module that imports `env.memory` and the global `env.constants`, the byte address of a table of
 * vectors that its owner fills with `constantTable()` before the first call.
 */
export class ModuleBuilder {
  readonly #types: Bytes[] = [];
  readonly #typeIndex = new Map<string, number>();
  readonly #functionTypes: number[] = [];
  readonly #bodies: Bytes[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #constants: number[] = [];
  readonly #constantIndex = new Map<number, number>();
  readonly #memory: { readonly shared: boolean; readonly maximumPages: number };

  constructor(memory: { readonly shared: boolean; readonly maximumPages: number }) {
    this.#memory = memory;
  }

  /**
   * Loads four lanes of the constant with these 32 bits.
   *
   * Load it into a local before a loop: V8 rebuilds a `v128.const` in every iteration.
   */
  constantBits(bits: number): Code {
    let index = this.#constantIndex.get(bits | 0);
    if (index === undefined) {
      index = this.#constants.length;
      this.#constants.push(bits | 0);
      this.#constantIndex.set(bits | 0, index);
    }
    const offset = 4 * index;
    return (out) => {
      globalGet(0)(out);
      out.byte(0xfd).u32(0x09).u32(2).u32(offset); // v128.load32_splat
    };
  }

  /** Loads four lanes of the float32 `value`. */
  constant(value: number): Code {
    return this.constantBits(floatBits(value));
  }

  /** Adds a function without result; returns its index. */
  define(params: readonly ValueType[], body: (fn: FunctionBuilder) => Code, exportName?: string): number {
    const fn = new FunctionBuilder(params);
    const code = body(fn); // before the locals are counted: the body declares them
    const bytes = new Bytes();
    const runs = runLengths(fn.declared);
    bytes.u32(runs.length);
    for (const [count, type] of runs) bytes.u32(count).byte(VALUE_TYPES[type]);
    code(bytes);
    bytes.byte(0x0b);

    const index = this.#bodies.length;
    this.#functionTypes.push(this.#type(params));
    this.#bodies.push(bytes);
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return index;
  }

  /** Exports a function that is already defined. */
  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** The words that belong at `env.constants`. */
  constantTable(): Int32Array {
    return Int32Array.from(this.#constants);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Bytes().byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
    section(out, 1, this.#types.length, (s) => {
      for (const type of this.#types) s.append(type.view());
    });
    section(out, 2, 2, (s) => {
      s.name("env").name("memory").byte(0x02);
      if (this.#memory.shared) s.byte(0x03).u32(1).u32(this.#memory.maximumPages);
      else s.byte(0x00).u32(1);
      s.name("env").name("constants").byte(0x03, VALUE_TYPES.i32, 0x00);
    });
    section(out, 3, this.#functionTypes.length, (s) => {
      for (const type of this.#functionTypes) s.u32(type);
    });
    section(out, 7, this.#exports.length, (s) => {
      for (const { name, index } of this.#exports) s.name(name).byte(0x00).u32(index);
    });
    section(out, 10, this.#bodies.length, (s) => {
      for (const body of this.#bodies) s.sized(body);
    });
    return out.view();
  }

  #type(params: readonly ValueType[]): number {
    const key = params.join();
    let index = this.#typeIndex.get(key);
    if (index === undefined) {
      index = this.#types.length;
      this.#typeIndex.set(key, index);
      const type = new Bytes().byte(0x60).u32(params.length);
      for (const param of params) type.byte(VALUE_TYPES[param]);
      this.#types.push(type.byte(0x00));
    }
    return index;
  }
}

function section(out: Bytes, id: number, count: number, fill: (content: Bytes) => void): void {
  const content = new Bytes().u32(count);
  fill(content);
  out.byte(id).sized(content);
}

function runLengths(types: readonly ValueType[]): [count: number, type: ValueType][] {
  const runs: [number, ValueType][] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  return runs;
}
