/** An environment under the checks of `contract.ts`: copies, tasks, streams and actions for them, and their traces. */
import { EnvError } from "../errors.js";
import { Rng } from "../random/index.js";
import { type Env, type EnvState, type FloatArray, sampleSpace, spaceSize } from "./env.js";

export interface ContractOptions {
  /** Seed of all tasks, episodes and actions. Default: 0. */
  readonly seed?: number;
  /** Steps of the episodes that are compared. Default: 25. */
  readonly steps?: number;
  /** Steps within which the end of an episode is looked for; one that has none by then is not checked. Default: 2000. */
  readonly patience?: number;
}

/** By name. */
export type Checks = Readonly<Record<string, (subject: Subject) => Promise<void>>>;

/** What one reset or step gave. */
export interface Moment {
  readonly observation: Float64Array;
  readonly info: Float64Array;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

export class Subject {
  readonly steps: number;
  readonly patience: number;
  readonly #make: () => Env | Promise<Env>;
  readonly #rng: Rng;
  readonly #made: Env[] = [];

  constructor(make: () => Env | Promise<Env>, { seed = 0, steps = 25, patience = 2_000 }: ContractOptions) {
    this.steps = steps;
    this.patience = patience;
    this.#make = make;
    this.#rng = Rng.seed(seed);
  }

  async make(): Promise<Env> {
    const env = await this.#make();
    this.#made.push(env);
    return env;
  }

  /** Returns a copy in the first episode of the checks. */
  async begun(): Promise<Env> {
    const env = await this.make();
    begin(env, this.task(env), this.rng());
    return env;
  }

  /** Closes a copy, or all that are left. */
  close(env?: Env): void {
    for (const it of env ? [env] : [...this.#made]) {
      this.#made.splice(this.#made.indexOf(it), 1);
      it.close();
    }
  }

  task(env: Env, index = 0): EnvState {
    return env.sampleTask(this.#rng.fork("task", index));
  }

  rng(index = 0): Rng {
    return this.#rng.fork("episode", index);
  }

  /** Random actions, the same at each call. */
  actions(env: Env, count = this.steps, index = 0): Float64Array[] {
    const rng = this.#rng.fork("actions", index);
    return Array.from({ length: count }, () => {
      const action = new Float64Array(spaceSize(env.spec.action));
      sampleSpace(env.spec.action, rng, action);
      return action;
    });
  }

  /** Goes on to the end of the episode, if it comes within `patience`. */
  walkToEnd(env: Env, index = 0): Moment[] {
    return walk(env, this.actions(env, Math.min(env.spec.horizon, this.patience), index));
  }
}

/** Starts an episode. */
export function begin(env: Env, task: EnvState, rng: Rng, observation = blank(env)): Moment {
  env.reset(task, rng, observation);
  return moment(env, observation, { reward: 0, terminated: false, truncated: false });
}

/** Takes steps, at most to the end of the episode. */
export function walk(env: Env, actions: readonly ArrayLike<number>[], observation = blank(env)): Moment[] {
  const moments: Moment[] = [];
  for (const action of actions) {
    observation.fill(Number.NaN);
    const result = env.step(action, observation);
    moments.push(moment(env, observation, result));
    if (isEnd(moments.at(-1)!)) break;
  }
  return moments;
}

export function isEnd({ terminated, truncated }: Moment): boolean {
  return terminated || truncated;
}

/** NaN in all places, so that one that is read or not written shows. */
export function blank({ spec }: Env): FloatArray {
  return new Float64Array(spaceSize(spec.observation)).fill(Number.NaN);
}

function moment(
  env: Env,
  observation: FloatArray,
  { reward, terminated, truncated }: Pick<Moment, "reward" | "terminated" | "truncated">,
): Moment {
  return {
    observation: Float64Array.from(observation),
    info: Float64Array.from(env.info),
    reward,
    terminated,
    truncated,
  };
}

/** @throws EnvError with the message unless the claim holds */
export function demand(claim: boolean, message: () => string): void {
  if (!claim) throw new EnvError(`contract: ${message()}`);
}

/** @throws EnvError that names the first number that is not the same, bit for bit */
export function demandSame(got: readonly Moment[], expected: readonly Moment[], advice: string): void {
  const length = Math.min(got.length, expected.length);
  for (let t = 0; t < length; t++) {
    for (const [name, a, b] of numbers(got[t]!, expected[t]!)) {
      demand(Object.is(a, b), () => `moment ${t}: expected ${name} ${b}, got ${a}. ${advice}`);
    }
  }
  demand(
    got.length === expected.length,
    () => `expected an episode of ${expected.length} moments, got ${got.length}. ${advice}`,
  );
}

function numbers(a: Moment, b: Moment): [name: string, a: unknown, b: unknown][] {
  const pairs = (name: string, xs: Float64Array, ys: Float64Array) =>
    Array.from(ys, (y, i): [string, unknown, unknown] => [`${name}[${i}]`, xs[i], y]);
  return [
    ...pairs("observation", a.observation, b.observation),
    ["reward", a.reward, b.reward],
    ["terminated", a.terminated, b.terminated],
    ["truncated", a.truncated, b.truncated],
    ...pairs("info", a.info, b.info),
  ];
}

/** @throws EnvError unless the call throws one */
export function demandRefusal(call: () => unknown, what: string): void {
  let answer = "nothing at all";
  try {
    call();
  } catch (error) {
    if ((error as Error)?.name === "EnvError") return;
    answer = String(error);
  }
  throw new EnvError(
    `contract: expected an EnvError for ${what}, got ${answer}. Check it before anything moves`,
  );
}
