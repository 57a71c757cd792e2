/**
 * Running sums and maxima in locals.
 *
 * @module
 */
import { type Code, f32x4, i32x4, type Local, v128 } from "../../wasm/code.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import type { Lane } from "../kernel.js";
import type { Lanes } from "../lane-math/lanes.js";
import { constantBits } from "../lane-math/step.js";

type Reduce = "sum" | "max";

/** The value of an empty fold. */
export function neutralElement(reduce: Reduce, lane: Lane): number {
  if (reduce === "sum" || lane === "bool") return 0;
  return lane === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
}

function combine(reduce: Reduce, lane: Lane, a: Code, b: Code): Code {
  if (lane === "bool") return v128.or(a, b);
  if (lane === "int32") return reduce === "sum" ? i32x4.add(a, b) : i32x4.max_s(a, b);
  return reduce === "sum" ? f32x4.add(a, b) : f32x4.max(a, b);
}

/**
 * One output's fold, in `slots` vectors.
 *
 * Slots are either partial results of the same elements, for speed, or belong to different elements.
 */
export class Accumulator {
  readonly #reduce: Reduce;
  readonly #lane: Lane;
  readonly #slots: readonly Local[];
  /** Sums of full chunks, and what rounding has taken from them. */
  readonly #totals: readonly (readonly [sum: Local, lost: Local])[];
  readonly #joined: boolean;

  /**
   * @param joined whether all slots are of the same elements
   * @param chunked whether `flush` will be called: sums too long for plain float32 addition
   */
  constructor(
    fn: FunctionBuilder,
    {
      reduce,
      lane,
      slots,
      joined,
      chunked,
    }: {
      readonly reduce: Reduce;
      readonly lane: Lane;
      readonly slots: number;
      readonly joined: boolean;
      readonly chunked: boolean;
    },
  ) {
    this.#reduce = reduce;
    this.#lane = lane;
    this.#joined = joined;
    this.#slots = fn.locals("v128", slots);
    const totals = chunked && reduce === "sum" && lane === "float32" ? (joined ? 1 : slots) : 0;
    this.#totals = Array.from({ length: totals }, () => [fn.local("v128"), fn.local("v128")] as const);
  }

  /** Starts the fold. */
  begin(lanes: Lanes): void {
    for (const local of [...this.#slots, ...this.#totals.flat()]) lanes.run(local.set(this.#neutral(lanes)));
  }

  /** Takes in one vector, of which only the first `count` lanes count. */
  add(lanes: Lanes, slot: number, value: Code, count = 4): void {
    const local = this.#slots[slot]!;
    const lane = (i: number) => (i < count ? i : 4 + i);
    const whole =
      count === 4 ? value : v128.shuffle32([lane(0), lane(1), lane(2), lane(3)], value, this.#neutral(lanes));
    lanes.run(local.set(combine(this.#reduce, this.#lane, local.get, whole)));
  }

  /** Moves what has gathered into the totals, by compensated summation. */
  flush(lanes: Lanes): void {
    this.#totals.forEach(([sum, lost], i) => {
      lanes.scratch(() => {
        const gathered = this.#joined ? this.#tree(lanes) : this.#slots[i]!.get;
        const term = lanes.let(f32x4.sub(gathered, lost.get));
        const next = lanes.let(f32x4.add(sum.get, term));
        lanes.run(lost.set(f32x4.sub(f32x4.sub(next, sum.get), term)));
        lanes.run(sum.set(next));
      });
    });
    if (this.#totals.length > 0) for (const local of this.#slots) lanes.run(local.set(this.#neutral(lanes)));
  }

  /** The result of one slot, its lanes different elements. */
  slot(slot: number): Code {
    return (this.#totals[slot]?.[0] ?? this.#slots[slot]!).get;
  }

  /** The result of all slots and lanes, in lane 0. */
  horizontal(lanes: Lanes): Code {
    const vector = this.#totals[0]?.[0].get ?? this.#tree(lanes);
    const swapped = v128.shuffle32([2, 3, 0, 1], vector, vector);
    const pairs = lanes.let(combine(this.#reduce, this.#lane, vector, swapped));
    const neighbours = v128.shuffle32([1, 0, 3, 2], pairs, pairs);
    return lanes.let(combine(this.#reduce, this.#lane, pairs, neighbours));
  }

  #neutral(lanes: Lanes): Code {
    return lanes.bits(constantBits(neutralElement(this.#reduce, this.#lane), this.#lane));
  }

  #tree(lanes: Lanes): Code {
    let level = this.#slots.map((local) => local.get);
    while (level.length > 1) {
      const next: Code[] = [];
      for (let i = 0; i < level.length; i += 2) {
        const [a, b] = [level[i]!, level[i + 1]];
        next.push(b ? lanes.let(combine(this.#reduce, this.#lane, a, b)) : a);
      }
      level = next;
    }
    return level[0]!;
  }
}
