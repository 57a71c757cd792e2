import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { describeEnv } from "../contract.js";
import { spaceSize } from "../env.js";
import { MinAtar, type MinAtarName, minAtarGames, minAtarRules } from "./minatar.js";
import { type OwnEpisode, playOwn } from "./testing/own-episodes.js";

for (const { name } of minAtarGames) {
  describeEnv(`minatar/${name}`, () => new MinAtar(name), { describe, test, patience: 2_600 });
}

const { episodes: own } = JSON.parse(readFileSync("test/golden/minatar.json", "utf8")) as {
  readonly episodes: readonly OwnEpisode[];
};

test.each(own)(
  "$game with $options: observations, rewards and the end are those of test/golden",
  (episode) => {
    expect(playOwn(episode)).toEqual({
      return: episode.return,
      ends: episode.ends,
      fingerprints: episode.fingerprints,
    });
  },
);

test("the kept episodes are of each game, by all and by minimal actions, with and without ramp", () => {
  const kinds = own.map(({ game, options }) => `${game} ${JSON.stringify(options)}`);
  expect(new Set(kinds).size).toBe(3 * minAtarGames.length);
  for (const { game, actions, return: earned } of own.filter(
    ({ options }) => Object.keys(options).length === 0,
  )) {
    expect([game, actions.length > 200, earned > 20]).toEqual([game, true, true]);
  }
});

/** An episode of the authors' package: what was asked for, drawn, earned and seen. */
interface GoldenEpisode {
  readonly seed: number;
  readonly steps: number;
  readonly terminal: boolean;
  /** One digit a step. */
  readonly actions: string;
  readonly draws: readonly number[];
  readonly rewards: readonly number[];
  /** FNV-1a of the packed observation after each step. */
  readonly stateHash: readonly number[];
  readonly initialHash: number;
}

const GOLDEN = "../shared/data/minatar_golden.json.gz";
const golden = existsSync(GOLDEN) ? GOLDEN : undefined;

describe.skipIf(!golden)(
  `episodes of the authors' package${golden ? "" : ` (skipped: there is no ${GOLDEN})`}`,
  () => {
    const episodes: Record<string, GoldenEpisode[]> = golden
      ? JSON.parse(gunzipSync(readFileSync(golden)).toString()).games
      : {};
    test.each(minAtarGames.map(({ name }) => name))(
      "%s: every reward, end and state of four episodes is the same",
      (name) => {
        for (const episode of episodes[name.replace("-", "_")]!) replayGolden(name, episode);
      },
    );
  },
);

function replayGolden(
  name: MinAtarName,
  { seed, actions, draws, rewards, stateHash, initialHash, steps, terminal }: GoldenEpisode,
) {
  const left = [...draws].reverse();
  const first = ["freeway", "seaquest"].includes(name) ? 1 : 0; // what integers were recorded from
  const recorded = {
    chance: (probability: number) => left.pop()! < probability,
    integer: () => left.pop()! - first,
  };
  const rules = minAtarRules(name);
  const observation = new Float32Array(spaceSize(rules.spec.observation));
  const seen = (state: ReturnType<typeof rules.start>) => {
    rules.observe(state, observation);
    return hashOf(observation);
  };
  const state = rules.start(null, recorded);
  expect(seen(state), `seed ${seed}, at the start`).toBe(initialHash);
  for (let t = 0; t < steps; t++) {
    const { reward, terminated } = rules.step(state, [Number(actions[t])], recorded);
    const got = { reward, terminated, hash: seen(state) };
    const expected = { reward: rewards[t], terminated: terminal && t === steps - 1, hash: stateHash[t] };
    expect(got, `seed ${seed}, step ${t}`).toEqual(expected);
  }
  expect(left.length, `seed ${seed}: draws that were not taken`).toBe(0);
}

/** FNV-1a, 32 bits, of the observation packed to bits, the most significant first. */
function hashOf(observation: Float32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < observation.length; i += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) if (observation[i + bit] === 1) byte |= 0x80 >> bit;
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
