/**
 * Random episodes with new goals, task after task, for as long as asked: the built package.
 *
 * Usage: node --import tsx bench/environments/soak-process.ts TASK...
 *
 * Prints `ready`; then answers each line `STEPS` with a `Stretch`: so many steps more.
 */
import type { SawyerEnv } from "../../src/envs/index.js";
import { built } from "../built.js";
import { serve } from "../serve.js";
import { type Footprint, footprint } from "./footprint.js";

/** An answer. */
export interface Stretch extends Footprint {
  readonly seconds: number;
  /** Since the beginning. */
  readonly episodes: number;
  /** What went wrong, and where; then these were fewer steps. */
  readonly problem?: string;
}

const { Metaworld, sampleSpace, sawyerTasks } = await built("envs");
const { Rng } = await built("random");

/** Starts of episodes that Meta-World keeps (`workshop.ts`): all of them, before memory is compared. */
const KEPT = 10_000;

const metaworld = await Metaworld.load();
const envs = process.argv.slice(2).map((name) => metaworld.env(name, { goalVisible: true }));
const rng = Rng.seed(0);
const observation = new Float64Array(39);
const action = new Float64Array(4);
let episodes = 0;

fillStarts();
for (const env of envs) env.reset(env.sampleTask(rng), rng, observation); // each takes its memory
const playing = play();

await serve((steps): Stretch => {
  const start = performance.now();
  let problem: string | undefined;
  for (let k = 0; k < Number(steps) && problem === undefined; k++) problem = playing.next().value;
  const seconds = (performance.now() - start) / 1000;
  const last = envs[Math.max(episodes - 1, 0) % envs.length]!;
  return { seconds, episodes, ...footprint(last), ...(problem !== undefined && { problem }) };
});

/** A step at a time, and what is wrong after it. */
function* play(): Generator<string | undefined, never> {
  for (;;) {
    const env = envs[episodes++ % envs.length]!;
    env.reset(env.sampleTask(rng), rng, observation);
    for (let t = 1; t <= env.spec.horizon; t++) {
      sampleSpace(env.spec.action, rng, action);
      const { reward, terminated, truncated } = env.step(action, observation);
      const problem = problemOf(env, reward, (terminated || truncated) && t < env.spec.horizon);
      yield problem && `${env.spec.name}: ${problem} in step ${t} of episode ${episodes}`;
    }
  }
}

function problemOf(env: SawyerEnv, reward: number, ended: boolean): string | undefined {
  if (!Number.isFinite(reward)) return `a reward of ${reward}`;
  if (!observation.every(Number.isFinite)) return `an observation of ${observation.join(", ")}`;
  if (!env.info.every(Number.isFinite)) return `infos of ${env.info.join(", ")}`;
  if (ended) return "an end of the simulation";
  const { simulation } = env.stage;
  if (simulation.qpos.length === 0 || simulation.sitePos.length === 0) return "a detached view";
  return undefined;
}

/** Begins episodes of new goals until as many starts are kept as ever will be; of tasks where one takes 0.3 ms. */
function fillStarts(): void {
  const quick = sawyerTasks.filter(({ settlesInPlace }) => !settlesInPlace);
  const many = metaworld.env(quick.map(({ name }) => name));
  for (let k = 0; k < KEPT; k++) many.reset(many.sampleTask(rng), rng, observation);
}
