import { type Code, i32, type Local } from "../../wasm/code.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import type { Nest } from "./geometry.js";

/** A local that moves by `strides` bytes, one per loop of the nest. */
export interface Pattern {
  readonly local: Local;
  readonly strides: readonly number[];
}

/**
 * Where each access is, as the loops run: accesses with equal strides share one byte offset, which is added to
 * their addresses; an access alone with its strides moves its own parameter.
 */
export class Offsets {
  readonly patterns: readonly Pattern[];
  readonly #addresses: readonly Code[];
  readonly #alone: readonly boolean[];

  /** @param params the addresses: outputs, then inputs */
  constructor(nest: Nest, fn: FunctionBuilder, params: readonly Local[]) {
    const users = new Map<string, number[]>();
    const keys = nest.accesses.map((_, i) => nest.loops.map((loop) => 4 * loop.strides[i]!).join());
    keys.forEach((key, i) => {
      users.set(key, [...(users.get(key) ?? []), i]);
    });
    const patterns: Pattern[] = [];
    const addresses: Code[] = [];
    const alone: boolean[] = [];
    for (const accesses of users.values()) {
      const strides = nest.loops.map((loop) => 4 * loop.strides[accesses[0]!]!);
      const still = strides.every((stride) => stride === 0);
      const own = accesses.length === 1 ? params[accesses[0]!] : undefined; // an index has no parameter
      const local = own ?? fn.local("i32");
      if (!still) patterns.push({ local, strides });
      for (const i of accesses) {
        const param = params[i];
        alone[i] = still || own !== undefined;
        if (!param) addresses[i] = local.get;
        else addresses[i] = still || own ? param.get : i32.add(param.get, local.get);
      }
    }
    this.patterns = patterns;
    this.#addresses = addresses;
    this.#alone = alone;
  }

  /** Address of an access; of an index: 4 times its value. */
  address(access: number): Code {
    return this.#addresses[access]!;
  }

  /** Whether the address is a local as it is. */
  isLocal(access: number): boolean {
    return this.#alone[access]!;
  }
}
