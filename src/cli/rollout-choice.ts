/** What `metagrad rollout` plays: which task, and who acts. */
import {
  act,
  type Env,
  type EnvState,
  metaworldBenchmark,
  type Policy,
  randomPolicy,
  sawyerTask,
} from "../envs/index.js";
import { ConfigError } from "../errors.js";
import { Rng } from "../random/index.js";

interface Choice {
  readonly policy: Policy;
  readonly policyName: string;
  readonly task: EnvState;
  readonly rng: Rng;
}

/** @throws ConfigError for what this environment does not have */
export function chooseRollout(
  env: Env,
  { policy, goal, seed }: { readonly policy?: string; readonly goal?: number; readonly seed: number },
): Choice {
  const rng = Rng.seed(seed);
  const [, sawyer] = /^metaworld\/(.+)$/.exec(env.spec.name) ?? [];
  const policyName = policy ?? (sawyer ? "scripted" : "random");
  if (!["scripted", "random"].includes(policyName)) {
    throw new ConfigError(`--policy: expected scripted or random, got ${policy}`);
  }
  if (!sawyer && (policyName === "scripted" || goal !== undefined)) {
    const option = goal === undefined ? "--policy scripted" : "--goal";
    throw new ConfigError(`${option}: expected one of Meta-World's tasks, got ${env.spec.name}`);
  }
  const random = randomPolicy(env, rng.fork("policy"));
  if (!sawyer) {
    return { policy: random, policyName, task: env.sampleTask(rng.fork("task")), rng: rng.fork("episode") };
  }
  const { tasks } = metaworldBenchmark(`MT1 ${sawyer}`, 42).train;
  const task = tasks[goal ?? 0];
  if (!task) throw new ConfigError(`--goal: expected a number in 0..${tasks.length - 1}, got ${goal}`);
  const definition = sawyerTask(sawyer);
  const scripted: Policy = (observation, action) => act(definition, observation, action);
  return {
    policy: policyName === "scripted" ? scripted : random,
    policyName,
    task,
    rng: rng.fork("episode"),
  };
}
