/**
 * Our side of the race of Meta-World's environments: the built package.
 *
 * Usage: node --import tsx bench/metaworld-ours.ts [--assets DIR]
 *
 * Prints `ready`; then answers each line `TASK STEPS SEED` with `{ ms, bare, reset }`: milliseconds of a step with random
 * actions, of the bare physics of the same scene (5 time steps and a forward pass), and of a reset to a known task.
 */
import { parseArgs } from "node:util";
import type * as Files from "../src/cli/metaworld-files.js";
import type * as Envs from "../src/envs/index.js";
import { built } from "./built.js";
import { serve } from "./serve.js";

/** An answer. */
export interface EnvTimes {
  readonly ms: number;
  readonly bare: number;
  readonly reset: number;
}

const { Metaworld, metaworldBenchmark, sawyerTask } = await built("envs");
const { Mt19937, Rng } = await built("random");
const { readAssets }: typeof Files = await import(
  new URL("../dist/cli/metaworld-files.js", import.meta.url).href
);

const { values } = parseArgs({ options: { assets: { type: "string" } } });
const metaworld = await Metaworld.load(values.assets ? { assets: readAssets(values.assets) } : {});
const observation = new Float64Array(39);
/** An environment for each task, and another whose physics is stepped bare. */
const envs = new Map<string, readonly [Envs.SawyerEnv, Envs.SawyerEnv]>();
/** Steps after which the two change: what else the machine does then falls on both. */
const BLOCK = 20;

await serve((line) => {
  const [task, steps, seed] = line.split(" ") as [string, string, string];
  return run(task, Number(steps), Number(seed));
});

function run(name: string, steps: number, seed: number): EnvTimes {
  const make = () => metaworld.env(name, { goalVisible: true, horizon: 1e6 });
  const [env, twin] = envs.get(name) ?? [make(), make()];
  envs.set(name, [env, twin]);
  const rng = Rng.seed(0);
  const numpy = Mt19937.seed(seed);
  const actions = Array.from({ length: steps }, () =>
    Float64Array.from({ length: 4 }, () => Math.fround(numpy.uniform(-1, 1))),
  );
  const task = metaworldBenchmark(`MT1 ${name}`, 42).train.tasks[0]!;
  env.reset(task, rng, observation);
  const begin = performance.now();
  env.reset(task, rng, observation);
  const reset = performance.now() - begin;
  twin.reset(task, rng, observation);
  const bounds = sawyerTask(name).hand;
  let [ms, bare] = [0, 0];
  for (let from = 0; from < steps; from += BLOCK) {
    const block = actions.slice(from, from + BLOCK);
    ms += timed(env, () => {
      for (const action of block) env.step(action, observation);
    });
    bare += timed(twin, () => stepBare(twin, bounds, block));
  }
  return { ms: ms / steps, bare: bare / steps, reset };
}

/** Milliseconds of some work on an environment's scene. */
function timed(env: Envs.SawyerEnv, work: () => void): number {
  env.stage.simulation.own();
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The physics of these actions without observations, rewards, checks. */
function stepBare(
  env: Envs.SawyerEnv,
  { low = [-0.5, 0.4, 0.05], high = [0.5, 1, 0.5] }: Envs.SawyerTask["hand"],
  actions: readonly Float64Array[],
): void {
  const { scene, data, mocapPos, mocapQuat, ctrl } = env.stage.simulation;
  const { mujoco, model } = scene;
  for (const action of actions) {
    for (let k = 0; k < 3; k++) {
      mocapPos[k] = Math.min(high[k]!, Math.max(low[k]!, mocapPos[k]! + Math.fround(0.01) * action[k]!));
    }
    mocapQuat[0] = mocapQuat[2] = 1;
    mocapQuat[1] = mocapQuat[3] = 0;
    ctrl[0] = action[3]!;
    ctrl[1] = -action[3]!;
    for (let k = 0; k < 5; k++) mujoco.mj_step(model, data);
    mujoco.mj_forward(model, data);
  }
}
