/** What `contract.ts` checks of `save` and `restore`. */
import {
  begin,
  blank,
  type Checks,
  demand,
  demandRefusal,
  demandSame,
  isEnd,
  type Subject,
  walk,
} from "./contract-subject.js";
import type { Env, EnvState } from "./env.js";
import { isEnvState, stateFromJson, stateToJson } from "./state-json.js";

export const continuationChecks: Checks = {
  "save gives plain data that later steps do not change": async (subject) => {
    const env = await subject.begun();
    const state = env.save();
    demand(
      isEnvState(state),
      () => "expected save to give plain data and typed arrays, got something else in it",
    );
    const before = stateToJson(state);
    walk(env, subject.actions(env));
    demand(
      stateToJson(state) === before,
      () => "expected a saved state to stay as it is while the episode goes on. Save copies",
    );
  },

  "restore goes on bit for bit at the start of an episode": (subject) => goesOn(subject, 0),

  "restore goes on bit for bit in the middle of an episode": (subject) =>
    goesOn(subject, Math.ceil(subject.steps / 3)),

  "restore at the end of an episode keeps it ended": async (subject) => {
    const env = await subject.begun();
    const last = subject.walkToEnd(env).at(-1)!;
    if (!isEnd(last)) return;
    const state = env.save();
    for (const copy of [await subject.begun(), await subject.make()]) {
      copy.restore(structuredClone(state) as EnvState);
      demandInfo(copy, last.info);
      demandRefusal(
        () => copy.step(subject.actions(copy)[0]!, blank(copy)),
        "a step past the end that was restored",
      );
    }
  },
};

/** Saves after some steps, and goes on from there: in the same copy (twice), in a used one, in a new one. */
async function goesOn(subject: Subject, steps: number): Promise<void> {
  const env = await subject.make();
  const moments = [begin(env, subject.task(env), subject.rng()), ...walk(env, subject.actions(env, steps))];
  if (isEnd(moments.at(-1)!)) return;
  const state = env.save();
  const rest = subject.actions(env, subject.steps, 1);
  const expected = walk(env, rest);
  const used = await subject.make();
  begin(used, subject.task(used, 1), subject.rng(1));
  walk(used, subject.actions(used, 2));
  for (const copy of [env, env, used, await subject.make()]) {
    copy.restore(stateFromJson(stateToJson(state)));
    demandInfo(copy, moments.at(-1)!.info);
    demandSame(
      walk(copy, rest),
      expected,
      "Save all that the episode depends on: task, stream, time, hidden state",
    );
  }
}

function demandInfo({ info }: Env, expected: Float64Array): void {
  const isSame = expected.every((x, i) => Object.is(x, info[i]));
  demand(isSame, () => `expected restore to bring back info ${expected.join()}, got ${info.join()}`);
}
