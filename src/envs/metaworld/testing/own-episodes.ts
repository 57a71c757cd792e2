/**
 * Episodes of our own scenes: for each task what its scripted policy does there, with noise, and what is paid for it.
 *
 * An episode goes on for some steps after its first success; in the last ones the hand opens and moves at random, so
 * that things are dropped, too. test/golden/metaworld.json keeps all of it; tools/golden/metaworld.ts writes that.
 */
import { pow } from "../../../math.js";
import { Rng } from "../../../random/index.js";
import { metaworldBenchmark } from "../benchmarks.js";
import type { Metaworld } from "../metaworld.js";
import { act } from "../policy.js";
import type { SawyerEnv } from "../sawyer-env.js";
import { sawyerTask } from "../tasks/index.js";

/** The actions of an episode, and numbers of each step, as `COLUMNS` names them. */
export interface OwnEpisode {
  readonly task: string;
  /** Which of the 50 goals that MT1 draws from seed 42. */
  readonly goal: number;
  readonly actions: readonly (readonly number[])[];
  readonly steps: readonly (readonly number[])[];
  /** The first 18 numbers of the observation after the reset, and after every `OBSERVED_EVERY` steps. */
  readonly observed: readonly (readonly number[])[];
  /** What the scripted policy does, unclipped and in four digits, where things are a little elsewhere: every other step. */
  readonly scripted: readonly (readonly number[])[];
}

export const COLUMNS = [
  ...["reward of version 2", "reward of version 1"],
  ...["success", "nearObject", "grasped", "graspReward", "inPlaceReward", "objectToTarget"],
] as const;
export const OBSERVED_EVERY = 20;
const OBSERVED = 18;

const LEAST_STEPS = 60;
const MOST_STEPS = 190;
const AFTER_SUCCESS = 6;
/** Steps at the end in which the hand is open and moves at random. */
export const DROPPING = 16;

/** Seven digits, as the golden file has them. */
export const round = (x: number) => Number(x.toPrecision(7));

/** Says what to do in step t, after `observation` and `info`; undefined ends the episode. */
type Chooser = (t: number, observation: Float64Array, info: Float64Array) => readonly number[] | undefined;

/** Plays an episode once for each version of the reward. The second one repeats the actions of the first. */
export function playOwn(metaworld: Metaworld, task: string, goal: number, choose: Chooser): OwnEpisode {
  const options = { goalVisible: true };
  const env = metaworld.env(task, { ...options, reward: 2 });
  const first = metaworld.env(task, { ...options, reward: 1 });
  const observation = begin(env, task, goal);
  const ignored = begin(first, task, goal);
  const aside = policyAside(task, goal);
  const actions: number[][] = [];
  const steps: number[][] = [];
  const observed = [[...observation.slice(0, OBSERVED)].map(round)];
  const scripted: number[][] = [];
  for (let t = 0; ; t++) {
    const action = choose(t, observation, env.info);
    if (!action) break;
    if (t % 2 === 0) scripted.push(aside(t, observation));
    const { reward } = env.step(action, observation);
    const { reward: rewardV1 } = first.step(action, ignored);
    actions.push([...action]);
    steps.push([reward, rewardV1, ...env.info].map(round));
    if ((t + 1) % OBSERVED_EVERY === 0) observed.push([...observation.slice(0, OBSERVED)].map(round));
  }
  env.close();
  first.close();
  return { task, goal, actions, steps, observed, scripted };
}

function begin(env: SawyerEnv, task: string, goal: number): Float64Array {
  const observation = new Float64Array(39);
  env.reset(metaworldBenchmark(`MT1 ${task}`, 42).train.tasks[goal]!, Rng.seed(0), observation);
  return observation;
}

/** The scripted policy as it acts here: with noise from its own stream, clipped, and rounded to two digits. */
export function noisyPolicy(task: string, goal: number): (t: number, observation: Float64Array) => number[] {
  const definition = sawyerTask(task);
  const action = new Float64Array(4);
  const rng = Rng.seed(goal).fork(task);
  return (t, observation) => {
    act(definition, observation, action);
    const noise = rng.fork("step", t);
    return [...action].map((x, k) => {
      const noisy = Math.min(1, Math.max(-1, x)) + noise.uniform(-1, 1) * (k === 3 ? 0.05 : 0.2);
      return Math.round(100 * Math.min(1, Math.max(-1, noisy))) / 100 + 0;
    });
  };
}

/** The scripted policy, with hand and object up to 10 cm aside, so that it meets its conditions from both sides. */
function policyAside(task: string, goal: number): (t: number, observation: Float64Array) => number[] {
  const definition = sawyerTask(task);
  const rng = Rng.seed(goal).fork(task).fork("aside");
  return (t, observation) => {
    const noise = rng.fork("step", t);
    const moved = observation.slice();
    moved[3] = noise.uniform(0, 1);
    for (const at of [0, 4]) {
      const scale = pow(10, noise.uniform(-3, -1));
      for (let k = at; k < at + 3; k++) moved[k]! += scale * noise.uniform(-1, 1);
    }
    const action = new Float64Array(4);
    act(definition, moved, action);
    return [...action].map((x) => Number(x.toPrecision(4)) + 0);
  };
}

/** What an episode does from its start to its end. */
export function wholeEpisode(task: string, goal: number): Chooser {
  const policy = noisyPolicy(task, goal);
  const rng = Rng.seed(goal).fork(task).fork("drop");
  let over = Number.POSITIVE_INFINITY;
  return (t, observation, [success]) => {
    if (over > MOST_STEPS && success === 1) over = Math.max(LEAST_STEPS, t + AFTER_SUCCESS + DROPPING);
    if (t >= Math.min(over, MOST_STEPS)) return undefined;
    if (t < over - DROPPING) return policy(t, observation);
    return [-1, -1, 0].map((low) => Math.round(100 * rng.uniform(low, 1)) / 100 + 0).concat(-1);
  };
}
