/**
 * Observations that tell which task this is: a 1 at its place in a list of names, zeros elsewhere.
 *
 * Source: the multi-task benchmarks of Yu et al. 2019, https://arxiv.org/abs/1910.10897
 * Checked against: Farama-Foundation/Metaworld@7ea2b50, metaworld/wrappers.py `OneHotWrapper`
 *
 * @module
 */
import { ConfigError, EnvError } from "../errors.js";
import {
  bounds,
  checkObservation,
  type Env,
  type EnvSpec,
  type EnvState,
  type FloatArray,
  spaceSize,
} from "./env.js";
import { wrap } from "./wrapped.js";

/**
 * @param names of all tasks, in the order of their places
 * @throws ConfigError for no names, or one twice; `reset` throws EnvError for a task of another name
 */
export function withOneHot<Task extends EnvState & { readonly name: string }>(
  env: Env<Task>,
  names: readonly string[],
): Env<Task> {
  const places = new Map(names.map((name, i) => [name, i]));
  if (names.length === 0 || places.size !== names.length) {
    throw new ConfigError(`withOneHot: expected names, each once, got ${names.join(", ") || "none"}`);
  }
  const { observation } = env.spec;
  const size = spaceSize(observation);
  const limits = Array.from({ length: size }, (_, i) => bounds(observation, i));
  const inner = new Float64Array(size);
  let place = 0;
  const tell = (out: FloatArray) => {
    out.set(inner);
    out.fill(0, size, size + names.length);
    out[size + place] = 1;
  };
  const spec: EnvSpec = {
    ...env.spec,
    observation: {
      kind: "box",
      shape: [size + names.length],
      low: [...limits.map(([low]) => low), ...names.map(() => 0)],
      high: [...limits.map(([, high]) => high), ...names.map(() => 1)],
    },
  };
  return wrap(env, {
    spec,
    reset(task, rng, out) {
      checkObservation(spec, out);
      const found = places.get(task?.name);
      if (found === undefined) {
        throw new EnvError(
          `${env.spec.name}: expected a task of ${names.length} names, got ${JSON.stringify(task?.name)}`,
        );
      }
      env.reset(task, rng, inner);
      place = found;
      tell(out);
    },
    step(action, out) {
      checkObservation(spec, out);
      const result = env.step(action, inner);
      tell(out);
      return result;
    },
    save: () => place,
    restore: (state) => {
      if (!Number.isInteger(state) || !((state as number) in names)) {
        throw new EnvError(`${env.spec.name}: expected the place of a name, got ${JSON.stringify(state)}`);
      }
      place = state as number;
    },
  });
}
