import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import type { Env, EnvState } from "./env.js";
import { type AdaptiveAgent, evaluateAdaptation, evaluatePolicy, meanByName } from "./evaluation.js";
import { Point2d } from "./point2d.js";
import type { Policy, Recording } from "./rollout.js";

/** Three steps; a success at each step whose action is the task's number. */
function guessing(): Env<EnvState> {
  let [t, wanted] = [0, 0];
  const info = new Float64Array(1);
  return {
    spec: {
      name: "guessing",
      observation: { kind: "box", shape: [1], low: 0, high: 3 },
      action: { kind: "discrete", size: 5 },
      horizon: 3,
      info: ["success"],
    },
    info,
    sampleTask: (rng) => ({ name: "any", wanted: rng.integer(5) }),
    reset(task, _rng, out) {
      wanted = (task as { wanted: number }).wanted;
      t = out[0] = info[0] = 0;
    },
    step(action, out) {
      info[0] = Number(action[0] === wanted);
      out[0] = ++t;
      return { reward: info[0], terminated: false, truncated: t === 3 };
    },
    save: () => null,
    restore() {},
    close() {},
  };
}

const task = (name: string, wanted: number) => ({ name, wanted });
const rng = Rng.seed(0);

/** Takes these actions, one after another. */
const taking =
  (...actions: readonly number[]): Policy =>
  (observation, action) => {
    action[0] = actions[observation[0]!]!;
  };

test("a success at any step counts, and that of the last step is reported beside it", () => {
  const tasks = [task("a", 1), task("a", 3), task("b", 4)];
  const found = evaluatePolicy(guessing(), tasks, () => taking(1, 4, 3), { rng });
  expect(found).toEqual({ return: [1, 1, 1], success: [1, 1, 1], successAtEnd: [0, 1, 0] });
});

test("a task's value is the mean over its episodes", () => {
  let episode = 0;
  const sometimes = () => (episode++ % 4 === 0 ? taking(2, 2, 0) : taking(0, 0, 0));
  const found = evaluatePolicy(guessing(), [task("a", 2)], sometimes, { rng, episodes: 4 });
  expect(found).toEqual({ return: [0.5], success: [0.25], successAtEnd: [0] });
});

test("names of tasks count alike, however many tasks they have", () => {
  const tasks = [task("a", 0), task("a", 0), task("a", 3), task("b", 4)];
  const { success } = evaluatePolicy(guessing(), tasks, () => taking(0, 0, 0), { rng });
  const byName = meanByName(tasks, success!);
  expect([...byName]).toEqual([
    ["a", 2 / 3],
    ["b", 0],
  ]);
  expect([...meanByName([{ goal: 1 }, null], [1, 2])]).toEqual([["all", 1.5]]);
});

test("where nothing tells successes, returns are what there is", () => {
  const silent = { ...guessing(), spec: { ...guessing().spec, info: ["right"] } };
  const tasks = [task("a", 1), task("a", 3)];
  expect(evaluatePolicy(silent, tasks, () => taking(1, 1, 3), { rng })).toEqual({ return: [2, 1] });
});

/** Tries a number in each episode of exploration, and takes the one that was right. */
class Guesser implements AdaptiveAgent {
  readonly begun: number[] = [];
  #tried = 0;
  #right = 0;

  begin(): void {
    this.begun.push(this.#right);
    this.#tried = this.#right = 0;
  }

  explorer(): Policy {
    const guess = this.#tried++;
    return taking(guess, guess, guess);
  }

  adapt(episodes: readonly Recording[]): void {
    const best = episodes.findIndex((episode) => episode.return > 0);
    if (best >= 0) this.#right = episodes[best]!.actions[0]!;
  }

  actor(): Policy {
    return taking(0, this.#right, this.#right);
  }
}

test("an agent explores, adapts and is judged, for each task anew", () => {
  const agent = new Guesser();
  const tasks = [task("a", 2), task("b", 4), task("c", 1)];
  const options = { rng, adaptationEpisodes: 4, evaluationEpisodes: 2 };
  const { success } = evaluateAdaptation(guessing(), tasks, agent, options);
  expect(agent.begun).toEqual([0, 2, 0]);
  expect(success).toEqual([1, 0, 1]); // 4 was not tried
});

test("adaptation may go in steps", () => {
  const options = { rng, adaptationSteps: 5, adaptationEpisodes: 1, evaluationEpisodes: 1 };
  expect(evaluateAdaptation(guessing(), [task("b", 4)], new Guesser(), options).success).toEqual([1]);
});

test("what cannot be judged is refused", () => {
  expect(() => evaluatePolicy(new Point2d(), [], () => () => {}, { rng })).toThrow(
    "evaluation: expected at least one task, got none",
  );
  const options = { rng, evaluationEpisodes: 0 };
  expect(() => evaluateAdaptation(guessing(), [], new Guesser(), options)).toThrow(
    "evaluation: evaluationEpisodes must be an integer >= 1, got 0",
  );
});

test("by default an agent explores 10 episodes, adapts once and is judged on 3; a policy plays 1 (Meta-World)", () => {
  const counts = { explored: 0, adaptedOn: [] as number[], judged: 0 };
  const agent: AdaptiveAgent = {
    begin() {},
    explorer() {
      counts.explored++;
      return taking(0, 0, 0);
    },
    adapt(episodes) {
      counts.adaptedOn.push(episodes.length);
    },
    actor() {
      counts.judged++;
      return taking(0, 0, 0);
    },
  };
  evaluateAdaptation(guessing(), [task("a", 0)], agent, { rng });
  expect(counts).toEqual({ explored: 10, adaptedOn: [10], judged: 3 });
  let policies = 0;
  const policy = () => {
    policies++;
    return taking(0, 0, 0);
  };
  evaluatePolicy(guessing(), [task("a", 0)], policy, { rng });
  expect(policies).toBe(1);
});
