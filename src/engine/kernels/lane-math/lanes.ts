import { floatBits } from "../../wasm/bytes.js";
import type { Code, Local } from "../../wasm/code.js";
import { f32x4, sequence } from "../../wasm/code.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import { type EmitContext, madd } from "../context.js";

/**
 * Straight-line code on vectors of four lanes, under construction.
 *
 * Functions of `lane-math` append their steps and return where the result is. What they take and return is
 * cheap to repeat: a read of a local.
 */
export class Lanes {
  readonly #fn: FunctionBuilder;
  readonly #context: EmitContext;
  readonly #constants = new Map<number, Local>();
  readonly #scratch: Local[] = [];
  #scratchUsed = 0;
  #code: Code[] = [];

  constructor(fn: FunctionBuilder, context: EmitContext) {
    this.#fn = fn;
    this.#context = context;
  }

  get relaxed(): boolean {
    return this.#context.relaxed;
  }

  /** Four lanes of a float32. */
  constant(value: number): Code {
    return this.bits(floatBits(value));
  }

  /** Four lanes of these 32 bits, in a local that `prologue()` fills: V8 rebuilds literals in every iteration. */
  bits(bits: number): Code {
    let local = this.#constants.get(bits);
    if (!local) {
      local = this.#fn.local("v128");
      this.#constants.set(bits, local);
    }
    return local.get;
  }

  /** Loads the constants that were asked for. Call it last, run it first. */
  prologue(): Code {
    return sequence(
      ...[...this.#constants].map(([bits, local]) => local.set(this.#context.module.constantBits(bits))),
    );
  }

  get constantCount(): number {
    return this.#constants.size;
  }

  /** Appends code that leaves nothing on the stack. */
  run(code: Code): void {
    this.#code.push(code);
  }

  /** Keeps a value in a scratch local, until the `scratch` around it ends. */
  let(value: Code): Code {
    if (this.#scratchUsed === this.#scratch.length) this.#scratch.push(this.#fn.local("v128"));
    const local = this.#scratch[this.#scratchUsed++]!;
    this.run(local.set(value));
    return local.get;
  }

  /** Runs `build`, and frees the scratch locals that it took. */
  scratch(build: () => void): void {
    const used = this.#scratchUsed;
    build();
    this.#scratchUsed = used;
  }

  /** The code that `build` appends. */
  collect(build: () => void): Code {
    const outer = this.#code;
    this.#code = [];
    build();
    const code = sequence(...this.#code);
    this.#code = outer;
    return code;
  }

  /** a · b + c, kept. */
  madd(a: Code, b: Code, c: Code): Code {
    return this.let(madd(this.#context, a, b, c));
  }

  /**
   * c₀ xⁿ + c₁ xⁿ⁻¹ + … + cₙ, kept.
   *
   * By Horner's rule in x² on pairs of coefficients: what limits these functions is how long the chain of
   * dependent instructions is, not how many there are.
   *
   * @param square x², if it is there already
   */
  polynomial(x: Code, coefficients: readonly number[], square?: Code): Code {
    const constants = coefficients.map((c) => this.constant(c));
    if (constants.length < 4) return this.#horner(x, constants);
    const z = square ?? this.let(f32x4.mul(x, x));
    const pairs: Code[] = constants.length % 2 === 1 ? [constants[0]!] : [];
    for (let i = pairs.length; i < constants.length; i += 2) {
      pairs.push(this.madd(constants[i]!, x, constants[i + 1]!));
    }
    return this.#horner(z, pairs);
  }

  #horner(x: Code, [first, ...rest]: readonly Code[]): Code {
    return rest.reduce((sum, c) => this.madd(sum, x, c), first!);
  }
}
