/** Commands whose options are typed, and what several of them share. */
import type { Command } from "@commander-js/extra-typings"; // types only: it is not there once installed
import { InvalidArgumentError, Command as PlainCommand } from "commander";

export function command(name: string): Command {
  return new PlainCommand(name) as unknown as Command;
}

/** Parses 0, 1, 2, … */
export function nonNegativeInteger(text: string): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(n) || n < 0)
    throw new InvalidArgumentError("Expected 0, 1, 2, …");
  return n;
}

/** Parses 1, 2, 3, … */
export function positiveInteger(text: string): number {
  const n = nonNegativeInteger(text);
  if (n === 0) throw new InvalidArgumentError("Expected 1, 2, 3, …");
  return n;
}

/** Aborted by the first Ctrl-C; the second one kills. */
export function interruption(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

/** Ends with the exit code of an interrupted program. */
export function interrupted(hint: string): void {
  console.error(hint);
  process.exitCode = 130;
}
