/** What `contract.ts` checks of one episode: its numbers, and what they depend on. */
import {
  begin,
  blank,
  type Checks,
  demand,
  demandSame,
  isEnd,
  type Moment,
  type Subject,
  walk,
} from "./contract-subject.js";
import { bounds, type Env, type EnvState, type Space, spaceSize } from "./env.js";
import { isEnvState, stateToJson } from "./state-json.js";

export const episodeChecks: Checks = {
  "its spec makes sense, and is that of every copy": async (subject) => {
    const env = await subject.make();
    const { spec } = env;
    const { name, observation, action, horizon, stepSeconds = 1, info } = spec;
    demand(name !== "", () => "expected spec.name to name the environment, got an empty string");
    demandSpace("observation", observation);
    demandSpace("action", action);
    const isHorizon = horizon === Number.POSITIVE_INFINITY || (Number.isInteger(horizon) && horizon > 0);
    demand(
      Number.isFinite(stepSeconds) && stepSeconds > 0,
      () => `expected spec.stepSeconds to be a positive number or left out, got ${stepSeconds}`,
    );
    demand(isHorizon, () => `expected spec.horizon to be a number of steps or Infinity, got ${horizon}`);
    demand(
      new Set(info).size === info.length,
      () => `expected each name of spec.info once, got ${info.join(", ")}`,
    );
    demand(
      env.info instanceof Float64Array && env.info.length === info.length,
      () =>
        `expected info to be a Float64Array of ${info.length} numbers as spec.info, got ${env.info?.length}`,
    );
    const other = (await subject.make()).spec;
    demand(
      stateToJson(asState(spec)) === stateToJson(asState(other)),
      () => "expected every copy to have the same spec",
    );
  },

  "a task is plain data, and the stream alone decides which": async (subject) => {
    const [env, other] = [await subject.make(), await subject.make()];
    const task = subject.task(env);
    demand(
      isEnvState(task),
      () => "expected a task to be plain data and typed arrays, got something else in it",
    );
    const json = stateToJson(task);
    demand(!/"NaN"|"-?Infinity"/.test(json), () => `expected finite numbers in a task, got ${json}`);
    other.sampleTask(subject.rng());
    const again = stateToJson(subject.task(other));
    demand(
      again === json,
      () => `expected the task of the same stream, ${json}, got ${again}. Keep no state between draws`,
    );
  },

  "observations are written in full and lie in their space, from the first to the last": async (subject) => {
    const env = await subject.make();
    for (const { observation } of episode(subject, env)) {
      observation.forEach((x, i) => {
        demand(
          !Number.isNaN(x),
          () => `expected all of an observation to be written with numbers, got NaN or nothing at ${i}`,
        );
        const [low, high] = bounds(env.spec.observation, i);
        demand(
          x >= low && x <= high,
          () => `expected observation[${i}] in ${low}..${high}, got ${x}. Widen spec.observation`,
        );
      });
    }
  },

  "an array of float32 gets the observations of one of float64, rounded": async (subject) => {
    const env = await subject.make();
    const double = episode(subject, env);
    const single = episode(subject, env, new Float32Array(blank(env).length));
    const rounded = double.map((it) => ({
      ...it,
      observation: Float64Array.from(it.observation, Math.fround),
    }));
    demandSame(single, rounded, "Keep the state in memory of your own, not in the array of the caller");
  },

  "nothing is written behind the observation": async (subject) => {
    const env = await subject.make();
    const whole = new Float64Array(blank(env).length + 3).fill(7);
    env.reset(subject.task(env), subject.rng(), whole);
    for (const action of subject.actions(env, 1)) env.step(action, whole);
    demand(
      whole.slice(-3).every((x) => x === 7),
      () => "expected what is behind the observation to stay as it was",
    );
  },

  "rewards and info are numbers, and info is zero after a reset": async (subject) => {
    const env = await subject.make();
    for (let i = 0; i < 2; i++) {
      const [first, ...rest] = episode(subject, env);
      demand(
        first!.info.every((x) => x === 0),
        () => `expected zeros in info after reset, got ${first!.info.join()}. Clear it`,
      );
      for (const { reward, info } of rest) {
        demand(Number.isFinite(reward), () => `expected a finite reward, got ${reward}`);
        demand(info.every(Number.isFinite), () => `expected finite numbers in info, got ${info.join()}`);
      }
    }
  },

  "the same task and stream give the same bits, in every copy": async (subject) => {
    const [env, other] = [await subject.make(), await subject.make()];
    const task = subject.task(env);
    const first = episode(subject, env);
    const advice = "Draw from the stream of reset alone, and begin from the task alone";
    demandSame(episode(subject, env), first, advice);
    const clone = structuredClone(task) as EnvState;
    const actions = subject.actions(other);
    demandSame([begin(other, clone, subject.rng()), ...walk(other, actions)], first, advice);
  },

  "a reset in the middle of an episode forgets it": async (subject) => {
    const [env, fresh] = [await subject.make(), await subject.make()];
    begin(env, subject.task(env, 1), subject.rng(1));
    walk(env, subject.actions(env, Math.ceil(subject.steps / 2), 1));
    demandSame(
      episode(subject, env),
      episode(subject, fresh),
      "Clear in reset what the episode before has left",
    );
  },

  "copies that take turns do not disturb each other": async (subject) => {
    const [env, other] = [await subject.make(), await subject.make()];
    const alone = episode(subject, env);
    const moments = [begin(env, subject.task(env), subject.rng())];
    begin(other, subject.task(other, 1), subject.rng(1));
    let others = subject.actions(other, subject.steps, 1);
    for (const action of subject.actions(env).slice(0, alone.length - 1)) {
      moments.push(...walk(env, [action]));
      if (walk(other, others.slice(0, 1)).some(isEnd)) others = [];
      others = others.slice(1);
    }
    demandSame(moments, alone, "Keep all state in the copy, none in its module");
  },

  "an action may be any array of numbers, and is not changed": async (subject) => {
    const env = await subject.make();
    const expected = episode(subject, env);
    const actions = subject.actions(env).map((action) => [...action]);
    const got = [begin(env, subject.task(env), subject.rng()), ...walk(env, actions)];
    demandSame(got, expected, "Read actions by index");
    const original = subject.actions(env).map(String).join(";");
    demand(
      actions.map(String).join(";") === original,
      () => "expected step to leave the action as it is. Copy it",
    );
  },

  "a box of actions clips what is out of its bounds": async (subject) => {
    const env = await subject.make();
    const { action: space } = env.spec;
    if (space.kind !== "box") return;
    // where there is a bound, each action lies on it or one beyond; elsewhere as drawn
    const atBound = (beyond: number) =>
      subject.actions(env).map((action, t) =>
        action.map((x, i) => {
          const bound = bounds(space, i)[t % 2]!;
          return Number.isFinite(bound) ? bound + (t % 2 === 0 ? -beyond : beyond) : x;
        }),
      );
    const within = [begin(env, subject.task(env), subject.rng()), ...walk(env, atBound(0))];
    const out = [begin(env, subject.task(env), subject.rng()), ...walk(env, atBound(1))];
    demandSame(out, within, "Clip each number to spec.action");
  },

  "an episode ends once: by termination, or by truncation exactly at the horizon": async (subject) => {
    const env = await subject.make();
    const { horizon } = env.spec;
    for (let i = 0; i < 3; i++) {
      begin(env, subject.task(env, i), subject.rng(i));
      const moments = subject.walkToEnd(env, i);
      moments.forEach(({ terminated, truncated }, t) => {
        demand(
          typeof terminated === "boolean" && typeof truncated === "boolean",
          () => `expected terminated and truncated to be booleans, got ${terminated} and ${truncated}`,
        );
        demand(
          !(terminated && truncated),
          () => `expected terminated or truncated, got both at step ${t + 1}`,
        );
        const isTime = t + 1 === horizon;
        demand(truncated === (isTime && !terminated), () =>
          truncated
            ? `expected truncation after ${horizon} steps (spec.horizon), got it after ${t + 1}`
            : `expected truncation after ${horizon} steps (spec.horizon), but the episode goes on`,
        );
      });
    }
  },

  "closing one copy leaves the others as they are": async (subject) => {
    const [env, fresh] = [await subject.make(), await subject.make()];
    const expected = episode(subject, fresh);
    begin(env, subject.task(env), subject.rng());
    subject.close(fresh);
    const got = [begin(env, subject.task(env), subject.rng()), ...walk(env, subject.actions(env))];
    demandSame(got, expected, "Free in close only what the copy has allocated");
  },
};

/** The first episode of the checks, or its first steps. */
function episode(subject: Subject, env: Env, observation = blank(env)): Moment[] {
  const first = begin(env, subject.task(env), subject.rng(), observation.fill(Number.NaN));
  return [first, ...walk(env, subject.actions(env), observation)];
}

function demandSpace(what: string, space: Space): void {
  if (space.kind === "discrete") {
    demand(
      Number.isInteger(space.size) && space.size > 0,
      () => `expected spec.${what}.size to be an integer >= 1, got ${space.size}`,
    );
    return;
  }
  const isShape = space.shape.every((length) => Number.isInteger(length) && length > 0);
  demand(isShape, () => `expected spec.${what}.shape of integers >= 1, got [${space.shape.join(", ")}]`);
  for (const bound of [space.low, space.high]) {
    demand(
      typeof bound === "number" || bound.length === spaceSize(space),
      () =>
        `expected one bound for all of spec.${what} or ${spaceSize(space)}, got ${(bound as readonly number[]).length}`,
    );
  }
  for (let i = 0; i < spaceSize(space); i++) {
    const [low, high] = bounds(space, i);
    demand(low <= high, () => `expected spec.${what}.low <= high, got ${low} and ${high} at ${i}`);
  }
}

function asState(spec: unknown): EnvState {
  return spec as EnvState;
}
