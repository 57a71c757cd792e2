/**
 * MuJoCo's official WebAssembly build, loaded once for a thread.
 *
 * Differs: parameters that its type declarations leave as `any` are typed here, as far as we use them.
 *
 * @module
 */
import type { MainModule } from "@mujoco/mujoco";

/** The engine of this thread. Its heap grows and never shrinks; what is deleted is used again. */
export type Mujoco = MainModule;

let loading: Promise<Mujoco> | undefined;

/**
 * Loads the engine: some 0.2 s, and 20 MB. Every call gives the same instance, for scenes and states cannot be
 * passed from one to another.
 */
export function loadMujoco(): Promise<Mujoco> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Mujoco> {
  const { default: start } = await import("@mujoco/mujoco");
  return start({ print: () => {}, printErr: () => {} });
}
