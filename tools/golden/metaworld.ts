/**
 * Writes test/golden/metaworld.json: an episode of each of Meta-World's tasks on our own scenes, and both rewards.
 *
 * It says what our code does, not what the original does: parity.test.ts beside the tasks compares with recordings of
 * the original, where there are some. So run this only after a change that is meant to change a reward, a policy by
 * hand, a scene or the physics, and look at the difference of the file.
 *
 * Usage: npx tsx tools/golden/metaworld.ts
 */
import { writeFileSync } from "node:fs";
import { Metaworld } from "../../src/envs/metaworld/metaworld.js";
import { sawyerTasks } from "../../src/envs/metaworld/tasks/index.js";
import { COLUMNS, type OwnEpisode, playOwn, wholeEpisode } from "../../src/envs/metaworld/testing/own-episodes.js";

const GOALS = 8;
const metaworld = await Metaworld.load();

/** The first goal at which the scripted policy succeeds, noise and all. */
function successful(task: string): OwnEpisode {
  for (let goal = 0; goal < GOALS; goal++) {
    const episode = playOwn(metaworld, task, goal, wholeEpisode(task, goal));
    if (episode.steps.some((step) => step[2] === 1)) return episode;
  }
  throw new Error(`${task}: no success at its first ${GOALS} goals`);
}

const about = {
  made: "by tools/golden/metaworld.ts, on our own scenes, with MuJoCo 3.14.0",
  actions: "of each step; two versions of the same episode are played, one for each version of the reward",
  steps: COLUMNS,
};
const episodes = sawyerTasks.map(({ name }) => {
  const { actions, steps, observed, scripted, ...episode } = successful(name);
  console.log(`${name}: goal ${episode.goal}, ${steps.length} steps`);
  const lines = (rows: readonly (readonly number[])[]) => rows.map((row) => JSON.stringify(row)).join(",\n");
  const head = JSON.stringify(episode).slice(0, -1);
  return `${head},\n"actions":[\n${lines(actions)}],\n"steps":[\n${lines(steps)}],\n"observed":[\n${lines(observed)}],\n"scripted":[\n${lines(scripted)}]}`;
});
writeFileSync(
  "test/golden/metaworld.json",
  `{"about":${JSON.stringify(about)},\n"episodes":[\n${episodes.join(",\n")}]}\n`,
);
metaworld.close();
