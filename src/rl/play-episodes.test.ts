import { expect, test } from "vitest";
import { Catch, envBatch, MinAtar } from "../envs/index.js";
import { Rng } from "../random/index.js";
import { tensor } from "../tensor/index.js";
import { playEpisodes } from "./play-episodes.js";

const alwaysLeft = (observations: { readonly shape: readonly number[] }) =>
  tensor(new Int32Array(observations.shape[0]!));
const batchOf = (rows: number) => envBatch(Array.from({ length: rows }, () => new Catch()));

test("episodes are the same however many play side by side, and as many as asked", () => {
  const play = (rows: number) => playEpisodes(batchOf(rows), alwaysLeft, { episodes: 7, rng: Rng.seed(1) });
  const alone = play(1);
  expect(alone).toHaveLength(7);
  for (const { return: earned, length } of alone) expect([Math.abs(earned), length]).toEqual([1, 9]);
  expect(new Set(alone.map((episode) => episode.return)).size).toBe(2); // caught and missed
  expect(play(3)).toEqual(alone);
  expect(play(16)).toEqual(alone);
});

test("an episode that does not end is cut off with what it has earned", () => {
  const batch = envBatch([new MinAtar("freeway"), new MinAtar("freeway")]);
  const episodes = playEpisodes(batch, alwaysLeft, { episodes: 3, rng: Rng.seed(0), maxSteps: 40 });
  expect(episodes).toEqual(Array(3).fill({ return: 0, length: 40 }));
});

test("a number of episodes that cannot be is refused", () => {
  expect(() => playEpisodes(batchOf(1), alwaysLeft, { episodes: 0, rng: Rng.seed(0) })).toThrow(
    "playEpisodes: episodes must be an integer >= 1, got 0",
  );
});
