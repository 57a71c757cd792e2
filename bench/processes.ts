/**
 * Processes that take turns, on one core unless said otherwise.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The command line that runs one of our TypeScript files. */
export const typescript = (file: string, ...args: readonly string[]): string[] => [
  process.execPath,
  "--import",
  "tsx",
  here(file),
  ...args,
];

/** One core, and one thread, whatever a library would take. */
const environment = {
  ...process.env,
  JAX_PLATFORMS: "cpu",
  OMP_NUM_THREADS: "1",
  MKL_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
};

/** The last core that this process may use, or undefined where the platform cannot pin processes. */
export const core: number | undefined = (() => {
  const { status, stdout } = spawnSync("taskset", ["-cp", String(process.pid)], { encoding: "utf8" });
  return status === 0 ? Number(stdout.match(/(\d+)\s*$/)?.[1]) : undefined;
})();

/** The command line that stays on `core`. */
const pinned = (command: readonly string[]): string[] =>
  core === undefined ? [...command] : ["taskset", "-c", String(core), ...command];

/** Runs a command to its end. @returns what it printed @throws Error with what it complained about */
export function runPinned(command: readonly string[]): string {
  const [program, ...args] = pinned(command);
  const { status, stdout, stderr, error } = spawnSync(program!, args, {
    encoding: "utf8",
    env: environment,
    cwd: here(".."),
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(error?.message ?? lastLine(stderr) ?? `exit status ${status}`);
  return stdout;
}

/** A process that answers lines on stdin, and uses no CPU while it waits. */
export class Server {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  #complaints = "";

  private constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.#child = spawn(program!, args, { env: environment, cwd: here(".."), stdio: "pipe" });
    this.#child.stderr!.on("data", (text) => {
      this.#complaints = (this.#complaints + text).slice(-4000);
    });
    this.#child.stdin!.on("error", () => {}); // it died: its stdout ends, and `next` tells
    this.#child.on("error", ({ message }) => {
      this.#complaints = message;
    });
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Starts a process and waits until it has warmed up. @param cores that it may use */
  static async start(command: readonly string[], cores: "one" | "all" = "one"): Promise<Server> {
    const server = new Server(cores === "one" ? pinned(command) : command);
    const line = await server.#next();
    if (line !== "ready") {
      server.end();
      throw new Error(`expected "ready", got ${JSON.stringify(line)}`);
    }
    return server;
  }

  /** Sends a line and returns the answer. */
  async ask<T>(line: string): Promise<T> {
    this.#child.stdin!.write(`${line}\n`);
    return JSON.parse(await this.#next()) as T;
  }

  end(): void {
    this.#child.stdin!.end();
    this.#child.kill();
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#answers.next();
    if (!done) return value;
    throw new Error(lastLine(this.#complaints) ?? "it ended without a word");
  }
}

/**
 * What the cores have to give: a first process works alone, then all do side by side.
 *
 * @param run the milliseconds of some work, the same for all
 */
export async function sideBySide(
  servers: readonly Server[],
  run: (server: Server) => Promise<number>,
): Promise<{ readonly alone: number; readonly machine: number }> {
  const alone = await run(servers[0]!);
  const together = await Promise.all(servers.map(run));
  return { alone, machine: together.reduce((sum, ms) => sum + alone / ms, 0) };
}

function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1) || undefined;
}
