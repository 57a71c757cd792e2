import { type Code, i32, i32x4, type Local, loopWhile, select, sequence, v128 } from "../../wasm/code.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import type { EmitContext } from "../context.js";
import type { LoopKernel } from "../kernel.js";
import { Lanes } from "../lane-math/lanes.js";
import { constantBits, lowerStep, type Operand } from "../lane-math/step.js";
import { Accumulator } from "./accumulator.js";
import type { Nest } from "./geometry.js";
import { loadLanes, storeLanes } from "./memory.js";
import { Offsets } from "./offsets.js";
import { placeValues, type Value } from "./values.js";
import { chooseWidths, type Widths } from "./widths.js";

/** Vectors that one pass of the body takes: how many lanes each has. */
type Block = readonly number[];

/** Code of some loops, and the bytes by which it leaves each pattern moved. */
interface Emitted {
  readonly code: Code;
  readonly moved: readonly number[];
}

/** Emits the body of one loop kernel's function. */
export class NestEmitter {
  readonly #kernel: LoopKernel;
  readonly #nest: Nest;
  readonly #fn: FunctionBuilder;
  readonly #lanes: Lanes;
  readonly #offsets: Offsets;
  readonly #values: readonly (Value | undefined)[];
  readonly #widths: Widths;
  readonly #accumulators: ReadonlyMap<number, Accumulator>;
  readonly #locals = new Map<number, Local[]>();
  readonly #addresses = new Map<number, Local>();

  /** @param params the addresses of outputs, then inputs */
  constructor(
    kernel: LoopKernel,
    nest: Nest,
    fn: FunctionBuilder,
    params: readonly Local[],
    context: EmitContext,
  ) {
    this.#kernel = kernel;
    this.#nest = nest;
    this.#fn = fn;
    this.#lanes = new Lanes(fn, context);
    this.#offsets = new Offsets(nest, fn, params);
    this.#values = placeValues(kernel, nest);
    this.#widths = chooseWidths(kernel, nest, this.#values);
    const accumulators = new Map<number, Accumulator>();
    if (nest.firstReduced < nest.loops.length) {
      kernel.outputs.forEach(({ reduce, value }, i) => {
        if (!reduce) return;
        const { lane } = this.#values[value]!;
        const { slots, chunk } = this.#widths;
        const joined = this.#reducesVectors;
        accumulators.set(
          i,
          new Accumulator(fn, { reduce, lane, slots, joined, chunked: chunk !== undefined }),
        );
      });
    }
    this.#accumulators = accumulators;
  }

  get #reducesVectors(): boolean {
    return this.#nest.vector >= this.#nest.firstReduced;
  }

  get #innermost(): number {
    return this.#nest.loops.length - 1;
  }

  emit(): Code {
    const before = this.#lanes.collect(() => {
      this.#uniforms(-1);
      if (this.#nest.firstReduced === 0) this.#beginFolds();
    });
    const loops = this.#level(0, [4]);
    const after = this.#nest.firstReduced === 0 ? this.#endFolds([1]) : sequence();
    return sequence(this.#lanes.prologue(), before, loops.code, after);
  }

  /** Loops from `level` inwards. */
  #level(level: number, block: Block): Emitted {
    if (level > this.#innermost) {
      return { code: this.#body(block), moved: this.#offsets.patterns.map(() => 0) };
    }
    return level === this.#nest.vector ? this.#vectorLoop(level) : this.#plainLoop(level, block);
  }

  #plainLoop(level: number, block: Block): Emitted {
    const { extent } = this.#nest.loops[level]!;
    return this.#loop(level, extent, 1, this.#iteration(level, block));
  }

  #vectorLoop(level: number): Emitted {
    const { extent } = this.#nest.loops[level]!;
    const { vectors } = this.#widths;
    const full = Math.floor(extent / 4);
    const trips = Math.floor(full / vectors);
    const rest: number[] = Array(full - trips * vectors).fill(4);
    if (extent % 4 > 0) rest.push(extent % 4);

    const parts: Emitted[] = [];
    if (trips > 0) {
      const block: Block = Array(vectors).fill(4);
      const pass = this.#iteration(level, block);
      parts.push(this.#loop(level, trips, 4 * vectors, pass, rest.length > 0));
    }
    if (rest.length > 0) parts.push(this.#iteration(level, rest));
    return {
      code: sequence(...parts.map((part) => part.code)),
      moved: this.#offsets.patterns.map((_, p) => parts.reduce((sum, part) => sum + part.moved[p]!, 0)),
    };
  }

  /** One pass through the body of a loop: what it computes itself, the loops inside, and the ends of folds. */
  #iteration(level: number, block: Block): Emitted {
    const { firstReduced, vector } = this.#nest;
    const folds = level + 1 === firstReduced;
    const before = this.#lanes.collect(() => {
      this.#uniforms(level);
      if (level >= vector && level < this.#innermost) this.#heldVectors(level, block);
      if (folds) this.#beginFolds();
    });
    const inner = this.#level(level + 1, block);
    const after = folds ? this.#endFolds(block) : sequence();
    return { code: sequence(before, inner.code, after), moved: inner.moved };
  }

  /** `trips` passes, each `step` elements along; a single pass moves on only if it `mustMove`. */
  #loop(level: number, trips: number, step: number, body: Emitted, mustMove = false): Emitted {
    const { patterns } = this.#offsets;
    const stride = (p: number) => step * patterns[p]!.strides[level]!;
    if (trips === 1 && !mustMove) return body;
    const moves = patterns.flatMap(({ local }, p) => {
      const bytes = stride(p) - body.moved[p]!;
      return bytes === 0 ? [] : [local.set(i32.add(local.get, i32.const(bytes)))];
    });
    const moved = patterns.map((_, p) => trips * stride(p));
    const pass = sequence(body.code, ...moves);
    if (trips === 1) return { code: pass, moved };
    const { chunk, unrolled } = this.#widths;
    if (chunk?.level === level && trips > chunk.trips)
      return { code: this.#chunks(trips, chunk.trips, pass), moved };
    if (level === this.#innermost && unrolled)
      return { code: sequence(...Array<Code>(trips).fill(pass)), moved };

    const p = patterns.findIndex((_, i) => stride(i) !== 0);
    if (p < 0) {
      const i = this.#fn.local("i32");
      const code = sequence(
        i.set(i32.const(trips)),
        loopWhile(i.get, sequence(pass, i.set(i32.sub(i.get, i32.const(1))))),
      );
      return { code, moved };
    }
    const { local } = patterns[p]!;
    const end = this.#fn.local("i32");
    const code = sequence(
      end.set(i32.add(local.get, i32.const(moved[p]!))),
      loopWhile(i32.ne(local.get, end.get), pass),
    );
    return { code, moved };
  }

  /** A loop that empties the accumulators every `chunk` passes. */
  #chunks(trips: number, chunk: number, pass: Code): Code {
    const i = this.#fn.local("i32");
    const end = this.#fn.local("i32");
    const next = i32.add(i.get, i32.const(chunk));
    const last = i32.const(trips);
    const flush = this.#lanes.collect(() => {
      for (const accumulator of this.#accumulators.values()) accumulator.flush(this.#lanes);
    });
    return sequence(
      i.set(i32.const(0)),
      loopWhile(
        i32.lt_u(i.get, last),
        sequence(
          end.set(trips % chunk === 0 ? next : select(next, last, i32.lt_u(next, last))),
          loopWhile(i32.lt_u(i.get, end.get), sequence(pass, i.set(i32.add(i.get, i32.const(1))))),
          flush,
        ),
      ),
    );
  }

  #beginFolds(): void {
    for (const accumulator of this.#accumulators.values()) accumulator.begin(this.#lanes);
  }

  #endFolds(block: Block): Code {
    return this.#lanes.collect(() => {
      for (const [output, accumulator] of this.#accumulators) {
        accumulator.flush(this.#lanes);
        const address = this.#address(output);
        if (this.#reducesVectors) {
          this.#lanes.scratch(() => {
            this.#lanes.run(v128.store32_lane(0, address, accumulator.horizontal(this.#lanes)));
          });
        } else {
          block.forEach((count, j) => {
            this.#store(output, address, accumulator.slot(j), j, count);
          });
        }
      }
    });
  }

  /** Computes what is the same in all lanes. */
  #uniforms(level: number): void {
    for (const value of this.#values) {
      if (value && !value.vector && value.level === level) this.#compute(value, 0, 4);
    }
  }

  /** Computes vectors that stay the same in the loops inside. */
  #heldVectors(level: number, block: Block): void {
    const values = this.#values.filter((value) => value?.vector && value.level === level) as Value[];
    const addresses = this.#addressesOf(values);
    for (const value of values) {
      block.forEach((count, j) => {
        this.#compute(value, j, count, addresses);
      });
    }
  }

  /** The innermost body: vector by vector, so that few values live at a time. */
  #body(block: Block): Code {
    return this.#lanes.collect(() => {
      const values = this.#values.filter(
        (value) => value?.vector && value.level === this.#innermost,
      ) as Value[];
      const addresses = this.#addressesOf(values);
      const outputs = this.#kernel.outputs.map(
        (output, i) => [i, output.value, this.#accumulators.has(i) ? undefined : this.#address(i)] as const,
      );
      block.forEach((count, j) => {
        for (const value of values) this.#compute(value, j, count, addresses);
        for (const [output, value, address] of outputs) {
          const code = this.#operand(value, j).code;
          if (address) this.#store(output, address, code, j, count);
          else {
            const slot = this.#reducesVectors ? j % this.#widths.slots : j;
            this.#accumulators.get(output)!.add(this.#lanes, slot, code, this.#reducesVectors ? count : 4);
          }
        }
      });
    });
  }

  #compute(value: Value, j: number, count: number, addresses?: ReadonlyMap<number, Code>): void {
    const { number, lane, access, vector } = value;
    const numInputs = this.#kernel.inputs.length;
    const step = this.#kernel.steps[number - numInputs];
    if (step?.op === "constant") return;
    this.#lanes.scratch(() => {
      const local = this.#local(value, j);
      if (step === undefined) {
        const address = addresses?.get(number) ?? this.#offsets.address(access!);
        const stride = this.#nest.loops[this.#nest.vector]!.strides[access!]!;
        const load = vector ? loadLanes(address, 4 * j, stride, count) : v128.load32_splat(address);
        this.#lanes.run(local.set(load));
      } else if (step.op === "index") {
        const first = i32x4.splat(i32.shr_u(this.#offsets.address(access!), i32.const(2)));
        const k = 4 * j;
        this.#lanes.run(local.set(vector ? i32x4.add(first, v128.const([k, k + 1, k + 2, k + 3])) : first));
      } else {
        const operands = step.args.map((arg) => this.#operand(arg, j));
        this.#lanes.run(local.set(lowerStep(this.#lanes, step.op, lane, operands)));
      }
    });
  }

  #operand(number: number, j: number): Operand {
    const value = this.#values[number]!;
    const step = this.#kernel.steps[number - this.#kernel.inputs.length];
    if (step?.op === "constant") {
      const lanes = this.#lanes;
      const bits = constantBits(step.value, step.lane);
      return {
        lane: step.lane,
        constant: step.value,
        get code() {
          return lanes.bits(bits); // when it is asked for: some operations need only the number
        },
      };
    }
    return { code: this.#local(value, j).get, lane: value.lane };
  }

  /** Vectors that outlive the innermost body have a local for each vector of the block. */
  #local(value: Value, j: number): Local {
    const index = value.vector && value.level < this.#innermost ? j : 0;
    const locals = this.#locals.get(value.number) ?? [];
    this.#locals.set(value.number, locals);
    locals[index] ??= this.#fn.local("v128");
    return locals[index];
  }

  #addressesOf(values: readonly Value[]): ReadonlyMap<number, Code> {
    const inputs = values.filter(({ number }) => number < this.#kernel.inputs.length);
    return new Map(inputs.map(({ number, access }) => [number, this.#address(access!)]));
  }

  /** Address of an access, in a local. */
  #address(access: number): Code {
    if (this.#offsets.isLocal(access)) return this.#offsets.address(access);
    const local = this.#addresses.get(access) ?? this.#fn.local("i32");
    this.#addresses.set(access, local);
    this.#lanes.run(local.set(this.#offsets.address(access)));
    return local.get;
  }

  #store(output: number, address: Code, value: Code, j: number, count: number): void {
    const stride = this.#nest.loops[this.#nest.vector]!.strides[output]!;
    for (const code of storeLanes(address, value, 4 * j, stride, count)) this.#lanes.run(code);
  }
}
