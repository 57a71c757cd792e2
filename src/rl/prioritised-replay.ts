/**
 * Prioritised replay: transitions of which more is left to be learned are drawn more often.
 *
 *     P(i) = pᵢ / Σ p,  pᵢ = (|errorᵢ| + ε)^ω
 *     wᵢ = (N P(i))^−β / max w       corrects the gradient for what is drawn too often; β rises to 1
 *
 * New transitions have the highest priority so far. Of k draws, each comes from its own k-th of the sum.
 *
 * Source: Schaul et al. 2016, algorithm 1 and appendix B.2.1, https://arxiv.org/abs/1511.05952
 * Differs: max w is that of the minibatch, as in Dopamine, not of all transitions.
 *
 * @module
 */
import type { EnvState } from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { pow } from "../math.js";
import { tensor } from "../tensor/index.js";
import { expectSome, type Replay } from "./replay.js";
import { StepMemory, type StepMemoryOptions } from "./step-memory.js";
import { SumTree } from "./sum-tree.js";

export interface PrioritisedReplayOptions extends StepMemoryOptions {
  /** How much priorities count: exponent ω. Default: 0.5 (Rainbow). */
  readonly exponent?: number;
  /** β: where it begins, and after how many steps of all rows it is 1. Default: it stays 0.4. */
  readonly beta?: { readonly from: number; readonly over: number };
  /** ε, so that everything is drawn at some time. Default: 1e-6. */
  readonly floor?: number;
}

/** @throws ConfigError */
export function prioritisedReplay({
  exponent = 0.5,
  beta = { from: 0.4, over: Number.POSITIVE_INFINITY },
  floor = 1e-6,
  ...options
}: PrioritisedReplayOptions): Replay {
  if (!(exponent >= 0 && exponent <= 1)) {
    throw new ConfigError(`replay: exponent must be in [0, 1], got ${exponent}`);
  }
  if (!(beta.from >= 0 && beta.from <= 1 && beta.over > 0)) {
    throw new ConfigError(
      `replay: beta must begin in [0, 1] and rise over a number of steps > 0, got ${JSON.stringify(beta)}`,
    );
  }
  const memory = new StepMemory(options);
  const { rows, slots } = memory;
  const { steps = 1 } = options;
  const tree = new SumTree(rows * slots);
  let highest = 1;
  const setSlot = (slot: number, priority: number) => {
    for (let row = 0; row < rows; row++) tree.set(slot * rows + row, priority);
  };
  return {
    get size() {
      return memory.size;
    },
    add(step) {
      const added = memory.added / rows;
      memory.add(step);
      setSlot(added % slots, 0); // not before it is known what came of it
      if (added >= steps) setSlot((added - steps) % slots, highest);
    },
    sample(count, rng) {
      expectSome(memory);
      const { total } = tree;
      const places = Int32Array.from({ length: count }, (_, i) =>
        tree.find(((i + rng.uniform()) / count) * total),
      );
      const progress = Math.min(1, memory.added / beta.over);
      const now = beta.from + (1 - beta.from) * progress;
      const raw = Float64Array.from(places, (place) => pow((memory.size * tree.get(place)) / total, -now));
      const largest = raw.reduce((a, b) => Math.max(a, b));
      const weights = tensor(
        raw.map((w) => w / largest),
        { dtype: "float32" },
      );
      return { transitions: memory.read(places), weights, places };
    },
    update(places, errors) {
      places.forEach((place, i) => {
        // rounded, so that what is saved as float32 comes back with the same bits
        const priority = Math.fround(pow(Math.abs(errors[i]!) + floor, exponent));
        highest = Math.max(highest, priority);
        tree.set(place, priority);
      });
    },
    save: () => ({ memory: memory.save(), priorities: tree.values(), highest }),
    restore(saved, segments) {
      const state = saved as {
        readonly memory: EnvState;
        readonly priorities: Float32Array;
        readonly highest: number;
      };
      memory.restore(state.memory, segments);
      tree.fill(state.priorities);
      highest = state.highest;
    },
    take: () => memory.take(),
    get needed() {
      return memory.needed;
    },
  };
}
