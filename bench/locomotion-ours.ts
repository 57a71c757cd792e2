/**
 * Our side of the race of half cheetahs and ants: the built package.
 *
 * Usage: node --import tsx bench/locomotion-ours.ts
 *
 * Prints `ready`; then answers each line `NAME STEPS` with `{ ms, bare }`: milliseconds of a step with random actions,
 * resets included, and of the time steps of the same scene alone. `NAME+forces` computes contact forces.
 */
import type * as Envs from "../src/envs/index.js";
import { built } from "./built.js";
import { serve } from "./serve.js";

/** An answer. */
export interface LocomotionTimes {
  readonly ms: number;
  readonly bare: number;
}

const { Locomotion, spaceSize } = await built("envs");
const { Rng } = await built("random");

const HORIZON = 1000; // as Gymnasium's
const FRAME_SKIP = 5;
const TASK = { direction: [1, 0] } as const;

const locomotion = await Locomotion.load();
const envs = new Map<string, Envs.LocomotionEnv<Envs.DirectionTask>>();

await serve((line) => {
  const [name, steps] = line.split(" ") as [string, string];
  return run(name, Number(steps));
});

function environment(name: string): Envs.LocomotionEnv<Envs.DirectionTask> {
  let env = envs.get(name);
  if (!env) {
    const [walker, forces] = name.split("+");
    env = locomotion.env(`${walker}/direction` as "ant/direction", {
      paper: "pearl",
      horizon: HORIZON,
      ...(forces && { contactForces: true }),
    });
    envs.set(name, env);
  }
  return env;
}

function run(name: string, steps: number): LocomotionTimes {
  const env = environment(name);
  const rng = Rng.seed(0);
  const size = spaceSize(env.spec.action);
  const observation = new Float64Array(spaceSize(env.spec.observation));
  const actions = Array.from({ length: steps }, () =>
    Float64Array.from({ length: size }, () => rng.uniform(-1, 1)),
  );
  env.reset(TASK, rng, observation);
  const start = performance.now();
  for (const action of actions) {
    const { terminated, truncated } = env.step(action, observation);
    if (terminated || truncated) env.reset(TASK, rng, observation);
  }
  return { ms: (performance.now() - start) / steps, bare: bare(env, actions) };
}

/** The physics of the same actions without observations, rewards, checks. */
function bare(env: Envs.LocomotionEnv<Envs.DirectionTask>, actions: readonly Float64Array[]): number {
  const { simulation } = env;
  const { scene, data } = simulation;
  const { mujoco, model } = scene;
  simulation.reset();
  const start = performance.now();
  for (const action of actions) {
    simulation.ctrl.set(action);
    for (let k = 0; k < FRAME_SKIP; k++) mujoco.mj_step(model, data);
    const height = simulation.qpos[2]!;
    if (simulation.qpos.length === 15 && (height < 0.2 || height > 1)) simulation.reset();
  }
  return (performance.now() - start) / actions.length;
}
