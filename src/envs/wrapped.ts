/**
 * An environment around another: all is the inner one's but for what is replaced.
 *
 * @module
 */
import { type Env, type EnvSpec, type EnvState, stateFields } from "./env.js";

/** What a wrapper changes; the spec, and how episodes begin and go on. `save` and `restore` are of its own state. */
export interface Wrapper<Task extends EnvState> {
  readonly spec: EnvSpec;
  readonly reset: Env<Task>["reset"];
  readonly step: Env<Task>["step"];
  save?(): EnvState;
  restore?(state: EnvState): void;
}

/** Puts a wrapper around an environment. */
export function wrap<Task extends EnvState>(env: Env<Task>, wrapper: Wrapper<Task>): Env<Task> {
  return {
    spec: wrapper.spec,
    get info() {
      return env.info;
    },
    sampleTask: (rng) => env.sampleTask(rng),
    reset: wrapper.reset,
    step: wrapper.step,
    save: () => ({ env: env.save(), own: wrapper.save?.() ?? null }),
    restore(state) {
      const { env: inner, own } = stateFields(wrapper.spec, state, ["env", "own"]);
      env.restore(inner);
      wrapper.restore?.(own);
    },
    close: () => env.close(),
  };
}
