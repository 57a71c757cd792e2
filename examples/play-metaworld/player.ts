/** An episode that goes on step by step. */
import {
  act,
  type Metaworld,
  type MetaworldTask,
  metaworldBenchmark,
  type SawyerEnv,
  sawyerTask,
} from "metagrad/envs";
import { Rng } from "metagrad/random";

export type Who = "scripted" | "random" | "you";

export class Player {
  readonly env: SawyerEnv;
  /** The reward of each step so far. */
  rewards: number[] = [];
  /** The step of the first success. */
  success: number | undefined;
  over = false;
  goal = 0;
  readonly #name: string;
  readonly #tasks: readonly MetaworldTask[];
  readonly #rng = Rng.seed(0);
  readonly #observation = new Float64Array(39);
  readonly #action = new Float64Array(4);

  /** @throws ConfigError for a task that there is not */
  constructor(metaworld: Metaworld, name: string) {
    this.#name = sawyerTask(name).name;
    this.env = metaworld.env(name, { goalVisible: true });
    this.#tasks = metaworldBenchmark(`MT1 ${name}`, 42).train.tasks;
    this.begin(0);
  }

  /** The 50 of seed 42. */
  get goals(): number {
    return this.#tasks.length;
  }

  begin(goal: number): void {
    this.goal = goal % this.#tasks.length;
    this.env.reset(this.#tasks[this.goal]!, this.#rng, this.#observation);
    this.rewards = [];
    this.success = undefined;
    this.over = false;
  }

  /** @param held the person's action */
  step(who: Who, held: readonly number[]): void {
    if (who === "scripted") act(sawyerTask(this.#name), this.#observation, this.#action);
    else if (who === "random") for (let i = 0; i < 4; i++) this.#action[i] = this.#rng.uniform(-1, 1);
    else this.#action.set(held);
    const { reward, truncated } = this.env.step(this.#action, this.#observation);
    this.rewards.push(reward);
    if (this.env.info[0] === 1) this.success ??= this.rewards.length;
    this.over = truncated;
  }

  close(): void {
    this.env.close();
  }
}
