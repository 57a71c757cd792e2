/** Options of environments, from `--set` and `--assets`. */
import type { EnvOptions } from "../envs/index.js";
import { parseSets } from "../run/index.js";
import { readAssets } from "./metaworld-files.js";

/** @throws ConfigError if they cannot be read; the environment checks what they are */
export function envOptions(sets: readonly string[] = [], assets: string | undefined): EnvOptions {
  const given = parseSets(sets, "horizon=100").map(({ set }) => set);
  return Object.assign({}, ...given, assets === undefined ? {} : { assets: readAssets(assets) });
}
