/** What `contract.ts` checks of misuse: an `EnvError` at once, and nothing lost. */
import { blank, type Checks, demand, demandRefusal, isEnd } from "./contract-subject.js";
import { type Env, type EnvState, spaceSize } from "./env.js";
import { stateToJson } from "./state-json.js";

export const refusalChecks: Checks = {
  "before the first reset, step and save are refused": async (subject) => {
    const env = await subject.make();
    const [action] = subject.actions(env);
    demandRefusal(() => env.step(action!, blank(env)), "a step before the first reset");
    demandRefusal(() => env.save(), "a save before the first reset");
  },

  "a step past the end is refused": async (subject) => {
    const env = await subject.begun();
    const last = subject.walkToEnd(env).at(-1)!;
    if (!isEnd(last)) return;
    demandRefusal(() => env.step(subject.actions(env)[0]!, blank(env)), "a step past the end of an episode");
  },

  "an action of another length, or that is none, is refused and changes nothing": async (subject) => {
    const env = await subject.begun();
    const good = [...subject.actions(env)[0]!];
    const bad: [string, number[]][] = [
      ["an action that is too short", good.slice(1)],
      ["an action that is too long", [...good, 0]],
      ...[Number.NaN, Number.POSITIVE_INFINITY].map((x): [string, number[]] => [
        `an action with ${x}`,
        [...good.slice(0, -1), x],
      ]),
    ];
    const { action: space } = env.spec;
    if (space.kind === "discrete") {
      for (const x of [-1, 0.5, space.size]) bad.push([`the choice ${x} of ${space.size}`, [x]]);
    }
    for (const [what, action] of bad) changesNothing(env, () => env.step(action, blank(env)), what);
  },

  "an array too short for an observation is refused and changes nothing": async (subject) => {
    const env = await subject.begun();
    const short = new Float64Array(spaceSize(env.spec.observation) - 1);
    changesNothing(
      env,
      () => env.step(subject.actions(env)[0]!, short),
      "a step into an array that is too short",
    );
    demandRefusal(
      () => env.reset(subject.task(env), subject.rng(), short),
      "a reset into an array that is too short",
    );
  },

  "what is not a task is refused": async (subject) => {
    const env = await subject.make();
    const task = subject.task(env);
    const wrong = [{ "not a task": true }, "not a task", ...spoiled(task)];
    for (const it of wrong) {
      demandRefusal(() => env.reset(it, subject.rng(), blank(env)), `the task ${stateToJson(it)}`);
    }
  },

  "what is not a state is refused": async (subject) => {
    const env = await subject.begun();
    const state = env.save();
    const wrong: EnvState[] = [null, "not a state", {}, ...lacking(state)];
    const other = await subject.begun();
    for (const it of wrong)
      demandRefusal(() => other.restore(it), `the state ${stateToJson(it).slice(0, 200)}`);
  },
};

function changesNothing(env: Env, call: () => unknown, what: string): void {
  const before = stateToJson(env.save());
  demandRefusal(call, what);
  const after = stateToJson(env.save());
  demand(
    after === before,
    () => `expected ${what} to change nothing, but the state has changed. Check it before anything moves`,
  );
}

/** The task with another thing in the place of its first number, as far as it has one in plain data. */
function spoiled(task: EnvState): EnvState[] {
  return [Number.NaN, "x"].flatMap((wrong) => {
    const copy = replaceNumber(task, wrong);
    return copy === undefined ? [] : [copy];
  });
}

function replaceNumber(task: EnvState, by: EnvState): EnvState | undefined {
  if (typeof task === "number") return by;
  if (task === null || typeof task !== "object" || ArrayBuffer.isView(task)) return undefined;
  for (const [name, value] of Object.entries(task)) {
    const spoiled = replaceNumber(value as EnvState, by);
    if (spoiled === undefined) continue;
    if (!Array.isArray(task)) return { ...task, [name]: spoiled };
    return task.map((it, i) => (i === Number(name) ? spoiled : it));
  }
  return undefined;
}

/** The state without each of its fields. */
function lacking(state: EnvState): EnvState[] {
  if (state === null || typeof state !== "object" || Array.isArray(state) || ArrayBuffer.isView(state))
    return [];
  return Object.keys(state).map((name) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => key !== name)),
  );
}
