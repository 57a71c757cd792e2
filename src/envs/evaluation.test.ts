import { expect, test } from "vitest";
import { Rng } from "../random/index.js";
import type { Env, EnvState } from "./env.js";
import { type AdaptiveAgent, evaluateAdaptation, evaluatePolicy } from "./evaluation.js";
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

test("a success at any step counts, and that of the last step is told beside it", () => {
  const tasks = [task("a", 1), task("a", 3), task("b", 4)];
  const found = evaluatePolicy(guessing(), tasks, () => taking(1, 4, 3), { rng });
  expect(found).toMatchObject({ episodes: 3, success: 1, successAtEnd: 0.25, return: 1 });
  expect(found.byName.get("a")).toEqual({ episodes: 2, success: 1, successAtEnd: 0.5, return: 1 });
  expect(found.byName.get("b")).toEqual({ episodes: 1, success: 1, successAtEnd: 0, return: 1 });
});

test("names of tasks count alike, however many tasks they have", () => {
  const tasks = [task("a", 0), task("a", 0), task("a", 0), task("b", 4)];
  expect(evaluatePolicy(guessing(), tasks, () => taking(0, 0, 0), { rng }).success).toBe(0.5);
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
  const found = evaluateAdaptation(guessing(), tasks, agent, options);
  expect(agent.begun).toEqual([0, 2, 0]);
  expect([...found.byName].map(([name, { success }]) => [name, success])).toEqual([
    ["a", 1],
    ["b", 0], // 4 was not tried
    ["c", 1],
  ]);
  expect(found.episodes).toBe(6);
});

test("adaptation may go in steps", () => {
  const options = { rng, adaptationSteps: 5, adaptationEpisodes: 1, evaluationEpisodes: 1 };
  expect(evaluateAdaptation(guessing(), [task("b", 4)], new Guesser(), options).success).toBe(1);
});

test("what cannot be judged is refused", () => {
  const none = { ...guessing(), spec: { ...guessing().spec, info: [] } };
  expect(() => evaluatePolicy(none, [task("a", 0)], () => taking(0, 0, 0), { rng })).toThrow(
    "evaluation of guessing: expected success among what a step reports, got nothing",
  );
  expect(() => evaluatePolicy(new Point2d(), [], () => () => {}, { rng })).toThrow(
    "evaluation: expected at least one task, got none",
  );
  const options = { rng, evaluationEpisodes: 0 };
  expect(() => evaluateAdaptation(guessing(), [], new Guesser(), options)).toThrow(
    "evaluation: evaluationEpisodes must be an integer >= 1, got 0",
  );
});
