/**
 * The code of a loop kernel: a nest of loops over an iteration space, four lanes at a time, with folds on the way.
 *
 * For `tanh(x + b).mul(x).sum(1)` with x `[3, 4]` and b `[4]`, in words instead of opcodes:
 *
 *     loop row, 3 passes                       x moves on by 16 bytes a pass, b stays, the result by 4
 *       acc = 0, 0, 0, 0                       begin of the fold
 *       v = load x; w = load b                 one vector along the axis of 4: no loop is left of it
 *       acc += tanh(v + w) * v                 tanh is a polynomial on four lanes
 *       store lane sum of acc                  end of the fold
 *
 * One axis is the vector loop. Its body takes several vectors at once (`widths.ts`), with a shorter vector for what four
 * do not share out; the loop around it may take several rows at once, so that what they share is loaded once. Addresses
 * are locals that move along (`offsets.ts`). A value is computed in the outermost loop that gives it all that it
 * depends on (`values.ts`), and a fold begins and ends around the loops that it goes over (`accumulator.ts`).
 *
 * @module
 */
import {
  type Code,
  f32x4,
  i32,
  i32x4,
  type Local,
  loopWhile,
  select,
  sequence,
  v128,
} from "../../wasm/code.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import type { EmitContext } from "../context.js";
import type { LoopKernel } from "../kernel.js";
import { Lanes } from "../lane-math/lanes.js";
import { constantBits, lowerStep, type Operand } from "../lane-math/step.js";
import { Accumulator } from "./accumulator.js";
import type { Nest } from "./geometry.js";
import { loadLanes, loadSplat, storeLanes } from "./memory.js";
import { Offsets } from "./offsets.js";
import { placeValues, type Value } from "./values.js";
import { chooseWidths, type Widths } from "./widths.js";

/** What one pass of the body takes. */
interface Block {
  /** Vectors along the vector loop: how many lanes each has. */
  readonly vectors: readonly number[];
  /** Passes of the loop around the vector loop. */
  readonly rows: number;
}

/** A vector of a block. */
interface Place {
  readonly j: number;
  readonly row: number;
  /** Lanes that count. */
  readonly count: number;
}

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
  readonly #adding: ReadonlyMap<number, unknown>;

  /**
   * @param params the addresses of outputs, then inputs
   * @param adding outputs to which values are added where they lie
   */
  constructor(
    kernel: LoopKernel,
    nest: Nest,
    fn: FunctionBuilder,
    params: readonly Local[],
    context: EmitContext,
    adding: ReadonlyMap<number, unknown> = new Map(),
  ) {
    this.#adding = adding;
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
      this.#uniforms(-1, 1);
      if (this.#nest.firstReduced === 0) this.#beginFolds();
    });
    const loops = this.#level(0, { vectors: [4], rows: 1 });
    const after = this.#nest.firstReduced === 0 ? this.#endFolds({ vectors: [1], rows: 1 }) : sequence();
    return sequence(this.#lanes.prologue(), before, loops.code, after);
  }

  /** Loops from `level` inwards. */
  #level(level: number, block: Block): Emitted {
    if (level > this.#innermost) {
      return { code: this.#body(block), moved: this.#offsets.patterns.map(() => 0) };
    }
    return level === this.#nest.vector ? this.#vectorLoop(level, block) : this.#plainLoop(level, block);
  }

  #plainLoop(level: number, block: Block): Emitted {
    const { extent } = this.#nest.loops[level]!;
    const { rows } = this.#widths;
    if (rows === 1 || level !== this.#innermost - 1) {
      return this.#loop(level, extent, 1, this.#iteration(level, block));
    }
    const rest = extent % rows;
    const pass = this.#iteration(level, { ...block, rows });
    const parts = [this.#loop(level, Math.floor(extent / rows), rows, pass, rest > 0)];
    if (rest > 0) parts.push(this.#loop(level, rest, 1, this.#iteration(level, { ...block, rows: 1 })));
    return this.#inOrder(parts);
  }

  #vectorLoop(level: number, { rows }: Block): Emitted {
    const { extent } = this.#nest.loops[level]!;
    const { vectors } = this.#widths;
    const full = Math.floor(extent / 4);
    const trips = Math.floor(full / vectors);
    const rest: number[] = Array(full - trips * vectors).fill(4);
    if (extent % 4 > 0) rest.push(extent % 4);

    const parts: Emitted[] = [];
    if (trips > 0) {
      const pass = this.#iteration(level, { vectors: Array(vectors).fill(4), rows });
      parts.push(this.#loop(level, trips, 4 * vectors, pass, rest.length > 0));
    }
    if (rest.length > 0) parts.push(this.#iteration(level, { vectors: rest, rows }));
    return this.#inOrder(parts);
  }

  #inOrder(parts: readonly Emitted[]): Emitted {
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
      this.#uniforms(level, block.rows);
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
          block.vectors.forEach((count, j) => {
            this.#store(output, address, accumulator.slot(j), { j, row: 0, count });
          });
        }
      }
    });
  }

  /** Computes what is the same in all lanes. */
  #uniforms(level: number, rows: number): void {
    for (const value of this.#values) {
      if (!value || value.vector || value.level !== level) continue;
      for (let row = 0; row < (value.rowwise ? rows : 1); row++)
        this.#compute(value, { j: 0, row, count: 4 });
    }
  }

  /** Computes vectors that stay the same in the loops inside. */
  #heldVectors(level: number, block: Block): void {
    const values = this.#values.filter((value) => value?.vector && value.level === level) as Value[];
    const addresses = this.#addressesOf(values);
    for (const value of values) {
      block.vectors.forEach((count, j) => {
        this.#compute(value, { j, row: 0, count }, addresses);
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
      const shared = block.rows > 1 ? values.filter((value) => !value.rowwise) : [];
      const own = values.filter((value) => !shared.includes(value));
      const outputs = this.#kernel.outputs.map(
        ({ value }, output) =>
          ({
            output,
            value,
            address: this.#accumulators.has(output) ? undefined : this.#address(output),
          }) as const,
      );
      block.vectors.forEach((count, j) => {
        for (const value of shared) this.#compute(value, { j, row: 0, count }, addresses);
        for (let row = 0; row < block.rows; row++) {
          const place = { j, row, count };
          for (const value of own) this.#compute(value, place, addresses);
          for (const { output, value, address } of outputs) {
            const { code } = this.#operand(value, place);
            if (address) this.#store(output, address, code, place);
            else this.#accumulate(output, code, place);
          }
        }
      });
    });
  }

  #accumulate(output: number, code: Code, { j, count }: Place): void {
    const accumulator = this.#accumulators.get(output)!;
    if (this.#reducesVectors) accumulator.add(this.#lanes, j % this.#widths.slots, code, count);
    else accumulator.add(this.#lanes, j, code);
  }

  #compute(value: Value, place: Place, addresses?: ReadonlyMap<number, Code>): void {
    const { number, lane, access, vector } = value;
    const step = this.#kernel.steps[number - this.#kernel.inputs.length];
    if (step?.op === "constant") return;
    this.#lanes.scratch(() => {
      const local = this.#local(value, place);
      if (step === undefined) {
        const address = addresses?.get(number) ?? this.#offsets.address(access!);
        const { start, stride } = this.#placeOf(access!, place);
        const load = vector ? loadLanes(address, start, stride, place.count) : loadSplat(address, start);
        this.#lanes.run(local.set(load));
      } else if (step.op === "index") {
        const { start, stride } = this.#placeOf(access!, place);
        const first = i32x4.splat(i32.shr_u(this.#offsets.address(access!), i32.const(2)));
        const lanes = [0, 1, 2, 3].map((lane) => start + lane * stride) as [number, number, number, number];
        this.#lanes.run(local.set(i32x4.add(first, v128.const(lanes))));
      } else {
        const operands = step.args.map((arg) => this.#operand(arg, place));
        this.#lanes.run(local.set(lowerStep(this.#lanes, step.op, lane, operands)));
      }
    });
  }

  #operand(number: number, place: Place): Operand {
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
    return { code: this.#local(value, place).get, lane: value.lane };
  }

  /** Values that outlive the innermost body have a local for each vector, or each row, of the block. */
  #local(value: Value, { j, row }: Place): Local {
    let index = value.rowwise ? row : 0;
    if (value.vector) index = value.level < this.#innermost ? j : 0;
    const locals = this.#locals.get(value.number) ?? [];
    this.#locals.set(value.number, locals);
    const local = locals[index] ?? this.#fn.local("v128");
    locals[index] = local;
    return local;
  }

  /** Elements from an access's address to lane 0, and from lane to lane. */
  #placeOf(access: number, { j, row }: Place): { readonly start: number; readonly stride: number } {
    const { loops, vector } = this.#nest;
    const stride = loops[vector]!.strides[access]!;
    const rowStride = row === 0 ? 0 : loops[this.#innermost - 1]!.strides[access]!;
    return { start: 4 * j * stride + row * rowStride, stride };
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

  #store(output: number, address: Code, value: Code, place: Place): void {
    const { start, stride } = this.#placeOf(output, place);
    if (this.#adding.has(output)) {
      this.#lanes.scratch(() => {
        const sum = this.#lanes.let(f32x4.add(loadLanes(address, start, stride, place.count), value));
        for (const code of storeLanes(address, sum, start, stride, place.count)) this.#lanes.run(code);
      });
      return;
    }
    for (const code of storeLanes(address, value, start, stride, place.count)) this.#lanes.run(code);
  }
}
