/** Where decoded data sets are kept. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Returns the folder: `METAGRAD_DATA` if it is set, else the place where the system keeps what can be made
 * again: `$XDG_CACHE_HOME/metagrad` or `~/.cache/metagrad`; on macOS `~/Library/Caches/metagrad`, on Windows
 * `%LOCALAPPDATA%\metagrad`.
 */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.METAGRAD_DATA) return env.METAGRAD_DATA;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "metagrad");
  if (platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "metagrad");
  return join(homedir(), platform === "darwin" ? "Library/Caches" : ".cache", "metagrad");
}
