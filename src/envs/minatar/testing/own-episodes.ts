/**
 * Episodes of MinAtar that are kept as actions and fingerprints, so that any change of a rule is noticed where the
 * recordings of the authors' package are not at hand.
 */
import { createHash } from "node:crypto";
import { Rng } from "../../../random/index.js";
import { spaceSize } from "../../env.js";
import { MinAtar, type MinAtarName, type MinAtarOptions } from "../minatar.js";

export interface OwnEpisode {
  readonly game: MinAtarName;
  readonly options: MinAtarOptions;
  readonly seed: number;
  /** One digit a step. */
  readonly actions: string;
  readonly return: number;
  /** Whether the last step ended the episode. */
  readonly ends: boolean;
  /** First 8 hexadecimal digits of the SHA-256 of observations and rewards, of each 25 steps. */
  readonly fingerprints: readonly string[];
}

const PART = 25;

/** Plays the actions of an episode anew. */
export function playOwn({
  game,
  options,
  seed,
  actions,
}: Pick<OwnEpisode, "game" | "options" | "seed" | "actions">): Pick<
  OwnEpisode,
  "return" | "ends" | "fingerprints"
> {
  const env = new MinAtar(game, options);
  const observation = new Float32Array(spaceSize(env.spec.observation));
  env.reset(null, Rng.seed(seed), observation);
  const fingerprints: string[] = [];
  let hash = createHash("sha256").update(new Uint8Array(observation));
  let total = 0;
  let ends = false;
  for (const [t, action] of [...actions].entries()) {
    const { reward, terminated, truncated } = env.step([Number(action)], observation);
    total += reward;
    ends = terminated || truncated;
    hash.update(new Uint8Array(observation)).update(Float64Array.of(reward, Number(terminated)));
    if ((t + 1) % PART !== 0 && t + 1 < actions.length) continue;
    fingerprints.push(hash.digest("hex").slice(0, 8));
    hash = createHash("sha256");
  }
  return { return: total, ends, fingerprints };
}
