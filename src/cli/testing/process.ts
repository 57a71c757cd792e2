/** The command line as a process: the build where it is newer than all sources, as after `npm run build`; else these. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const bin = fileURLToPath(new URL("../../../bin/metagrad.js", import.meta.url));

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** For `METAGRAD_SOURCE`: sources are compiled anew by each process, which takes it seconds. */
export const fromSource = isBuilt() ? "" : "1";

function isBuilt(): boolean {
  const entry = join(root, "dist/cli/main.js");
  if (!existsSync(entry)) return false;
  const built = statSync(entry).mtimeMs;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return sources
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .every((name) => statSync(join(root, "src", name)).mtimeMs < built);
}

export interface Result {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the folder `cwd`. @param meanwhile sees the process as it runs */
export function metagradIn(
  cwd: string,
  args: string,
  meanwhile?: (child: ChildProcess) => void,
  more: NodeJS.ProcessEnv = {},
): Promise<Result> {
  return run(cwd, process.execPath, [bin, ...args.split(" ")], meanwhile, more);
}

/** Runs a script of the shell, in which `$metagrad` stands for the command. */
export function shellIn(cwd: string, script: string): Promise<Result> {
  return run(cwd, "sh", ["-c", script], undefined, { metagrad: `${process.execPath} ${bin}` });
}

function run(
  cwd: string,
  file: string,
  args: readonly string[],
  meanwhile?: (child: ChildProcess) => void,
  more: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const env = { ...process.env, METAGRAD_SOURCE: fromSource, NO_COLOR: "1", NODE_OPTIONS: "", ...more };
  const child = spawn(file, args, { cwd, env });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  meanwhile?.(child);
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, ...texts })));
}
