import { MetaError } from "../../errors.js";
import type { TypedArray } from "../../tensor/dtype.js";
import { Deferred } from "../../tensor/eager/concrete.js";
import type { Holding } from "./holding.js";
import type { EngineMemory } from "./memory.js";

/** A result that stays in the engine until the next call consumes it. */
export class Resident extends Deferred {
  readonly holding: Holding;
  readonly state: number;
  readonly #version: number;

  constructor(holding: Holding, state: number) {
    super();
    this.holding = holding;
    this.state = state;
    this.#version = holding.version;
  }

  /** Whether no later call has consumed it. */
  get isCurrent(): boolean {
    return this.holding.version === this.#version;
  }

  /** Its address in a memory; −1 where it lies elsewhere, or is gone. */
  addressIn(memory: EngineMemory): number {
    const { holding } = this;
    return this.isCurrent && holding.memory === memory && !holding.isReleased
      ? holding.addressOf(this.state)
      : -1;
  }

  protected read(): TypedArray {
    if (!this.isCurrent) {
      throw new MetaError(
        "compile: a donated value must be read before it is passed on, got one that a later call has consumed. Use the state which that call returned",
      );
    }
    return this.holding.read(this.state);
  }
}
