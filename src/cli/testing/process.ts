/** The command line as a process, from the sources. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const bin = fileURLToPath(new URL("../../../bin/metagrad.js", import.meta.url));

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
  const env = { ...process.env, METAGRAD_SOURCE: "1", NO_COLOR: "1", NODE_OPTIONS: "", ...more };
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
