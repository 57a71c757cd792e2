/**
 * How long resets of Meta-World's environments take: the built package.
 *
 * Usage: node --import tsx bench/environments/resets-process.ts TASK...
 *
 * Prints `ready`; then answers each line `TASK` with the milliseconds of single resets, by their kind; see `ResetTimes`.
 */
import type { MetaworldTask, SawyerEnv } from "../../src/envs/index.js";
import { built } from "../built.js";
import { serve } from "../serve.js";

/** An answer. */
export interface ResetTimes {
  /** The first to this task: its scene is compiled, and the hand brought to its start. */
  readonly first: readonly number[];
  /** To goals of this task that there have not been. */
  readonly fresh: readonly number[];
  /** To goals that there have been. */
  readonly known: readonly number[];
  /** From another task that there has been, in one environment of all of them. */
  readonly switched: readonly number[];
}

const { Metaworld, metaworldBenchmark } = await built("envs");
const { Rng } = await built("random");

const names = process.argv.slice(2);
const ROUNDS = 4;
const SWITCHES = 100;
const STEPS = 10;

const rng = Rng.seed(0);
const observation = new Float64Array(39);
const still = new Float64Array(4);
const goals = (name: string) => metaworldBenchmark(`MT1 ${name}`, 42).train.tasks;

const metaworld = await Metaworld.load();
const many = metaworld.env(names);
for (const name of names) play(many, goals(name)[0]!);

await serve(async (name) => {
  const other = names[(names.indexOf(name) + names.length - 1) % names.length]!;
  const there = await Metaworld.load(); // on the same engine, without scenes
  const env = there.env(name);
  const [first, ...others] = goals(name);
  const times = {
    first: [play(env, first!)],
    fresh: others.map((task) => play(env, task)),
    known: Array.from({ length: ROUNDS }, () => goals(name).map((task) => play(env, task))).flat(),
    switched: Array.from({ length: SWITCHES }, () => {
      play(many, goals(other)[0]!);
      return play(many, goals(name)[0]!);
    }),
  };
  env.close();
  there.close();
  return times satisfies ResetTimes;
});

/** Milliseconds of a reset; then a few steps, so that there is something to be reset. */
function play(env: SawyerEnv, task: MetaworldTask): number {
  const start = performance.now();
  env.reset(task, rng, observation);
  const ms = performance.now() - start;
  for (let t = 0; t < STEPS; t++) env.step(still, observation);
  return ms;
}
