/** Episodes of physics, computed the same in Node and in a page. */
import { act, Locomotion, Metaworld, metaworldBenchmark, rollout, sawyerTask } from "../../src/envs/index.js";
import { Rng } from "../../src/random/index.js";

const TASKS = ["door-open", "assembly", "stick-pull", "faucet-close", "sweep-into"];
const STEPS = 60;

/** All observations and rewards of some steps of five tasks by hand, and of a walker at random. */
export async function episodes(): Promise<Float64Array> {
  const metaworld = await Metaworld.load();
  const numbers = TASKS.flatMap((name) => {
    const env = metaworld.env(name, { goalVisible: true });
    const [task] = metaworldBenchmark(`MT1 ${name}`, 42).train.tasks;
    const policy = (observation: ArrayLike<number>, action: Float64Array) =>
      act(sawyerTask(name), observation, action);
    const { observations, rewards } = rollout(env, policy, {
      task: task!,
      rng: Rng.seed(0),
      maxSteps: STEPS,
    });
    env.close();
    return [...observations, ...rewards];
  });
  const walker = (await Locomotion.load()).env("half-cheetah/velocity");
  const rng = Rng.seed(5);
  const random = (_: unknown, action: Float64Array) => {
    for (let i = 0; i < action.length; i++) action[i] = rng.uniform(-1, 1);
  };
  const run = rollout(walker, random, {
    task: walker.sampleTask(Rng.seed(6)),
    rng: Rng.seed(7),
    maxSteps: STEPS,
  });
  return Float64Array.from([...numbers, ...run.observations, ...run.rewards]);
}
