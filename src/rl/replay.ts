/**
 * Replay: transitions drawn from what is remembered, all alike.
 *
 * Source: Lin 1992, https://doi.org/10.1007/BF00992699; Mnih et al. 2015, https://doi.org/10.1038/nature14236
 *
 * @module
 */
import type { EnvState } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import type { Rng } from "../random/index.js";
import { ones, type Tensor } from "../tensor/index.js";
import { type RowsStep, StepMemory, type StepMemoryOptions } from "./step-memory.js";
import type { Transitions } from "./transitions.js";

/** Transitions that were drawn. */
export interface Sample {
  readonly transitions: Transitions;
  /** `[n]`, what each counts. */
  readonly weights: Tensor;
  /** Where each is remembered. */
  readonly places: Int32Array;
}

/** What an agent remembers, and how it draws from it. */
export interface Replay {
  /** Transitions that can be drawn. */
  readonly size: number;
  add(step: RowsStep): void;
  /** Draws transitions, each anew. @throws ConfigError where there is none */
  sample(count: number, rng: Rng): Sample;
  /** Is told how much of each drawn transition is left to be learned. */
  update(places: Int32Array, errors: ArrayLike<number>): void;
  save(): EnvState;
  /** Goes on where `save` was called, bit for bit. @param segments what `take` has given and is needed, in order */
  restore(saved: EnvState, segments: readonly Uint8Array[]): void;
  /** Returns what was added since the last call, or since `restore`. */
  take(): Uint8Array;
  /** How many of the newest bytes, of all that were taken, are still needed. */
  readonly needed: number;
}

/** Makes a replay that draws all transitions alike. @throws ConfigError */
export function uniformReplay(options: StepMemoryOptions): Replay {
  const memory = new StepMemory(options);
  return {
    get size() {
      return memory.size;
    },
    add: (step) => memory.add(step),
    sample(count, rng) {
      expectSome(memory);
      const places = Int32Array.from({ length: count }, () => memory.place(rng.integer(memory.size)));
      return { transitions: memory.read(places), weights: ones([count]), places };
    },
    update: () => {},
    save: () => memory.save(),
    restore: (saved, segments) => memory.restore(saved, segments),
    take: () => memory.take(),
    get needed() {
      return memory.needed;
    },
  };
}

/** @throws ConfigError for a memory of which nothing can be drawn */
export function expectSome(memory: StepMemory): void {
  if (memory.size > 0) return;
  throw new ConfigError(
    `replay: expected transitions to draw from, got none of ${memory.added} steps. Let the agent play before it learns`,
  );
}
