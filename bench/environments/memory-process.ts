/**
 * More and more environments in one process: the built package.
 *
 * Usage: node --import tsx bench/environments/memory-process.ts
 *
 * Prints `ready`; then answers each line `COUNT TASK...` with the memory after so many more of each of these tasks,
 * each in the middle of an episode.
 */
import { built } from "../built.js";
import { serve } from "../serve.js";
import { footprint } from "./footprint.js";

const { Metaworld, sampleSpace } = await built("envs");
const { Rng } = await built("random");

/** Steps of each environment: what the physics needs it has by then. */
const STEPS = 50;

const metaworld = await Metaworld.load();
const rng = Rng.seed(0);
const observation = new Float64Array(39);
const action = new Float64Array(4);
const envs: ReturnType<typeof begin>[] = [];

await serve((line) => {
  const [count, ...names] = line.split(" ");
  for (let k = 0; k < Number(count); k++) for (const name of names) envs.push(begin(name));
  return footprint(envs.at(-1)!);
});

function begin(name: string) {
  const env = metaworld.env(name);
  env.reset(env.sampleTask(rng), rng, observation);
  for (let t = 0; t < STEPS; t++) {
    sampleSpace(env.spec.action, rng, action);
    env.step(action, observation);
  }
  return env;
}
