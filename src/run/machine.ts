/** What a run was made with, for its records. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { currentBuild } from "../engine/index.js";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  /** Build of the engine. */
  readonly build: string;
}

export function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || "unknown",
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    build: currentBuild(),
  };
}

/** This package's version. */
export function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/**
 * The commit of the checkout that this runs from, `-dirty` if sources differ from it, or null outside one. An installed
 * package may lie in a checkout of something else, which has nothing to do with it.
 */
export function commit(): string | null {
  const root = new URL("../..", import.meta.url);
  if (!existsSync(new URL(".git", root))) return null;
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const dirty = git("status", "--porcelain", "--untracked-files=no", "--", "src") !== "";
    return git("rev-parse", "HEAD") + (dirty ? "-dirty" : "");
  } catch {
    return null;
  }
}
