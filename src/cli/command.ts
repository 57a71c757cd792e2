/** Commands whose options are typed, and what several of them share. */
import type { Command } from "@commander-js/extra-typings"; // types only: it is not there once installed
import { InvalidArgumentError, Command as PlainCommand } from "commander";
import { ConfigError } from "../errors.js";

export function command(name: string): Command {
  return new PlainCommand(name) as unknown as Command;
}

/** Refuses an option in the place of another's value: `--out --json`. */
export function expectValues(_: PlainCommand, command: PlainCommand): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (!option.required || typeof value !== "string" || !value.startsWith("--")) continue;
    throw new ConfigError(`${option.flags}: expected a value, got the option ${value}`);
  }
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

/** Parses a number of seconds. */
export function nonNegativeSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError("Expected seconds, as in 30 or 0.5");
  return seconds;
}

/** What interrupts, and the exit codes that tell it: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type Interrupt = keyof typeof exitCodes;
const interrupts = Object.keys(exitCodes) as Interrupt[];

/** Aborted by the first Ctrl-C or SIGTERM; a second one ends the program at once, whatever it is doing. */
export function interruption(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (signal: Interrupt) => {
    for (const it of interrupts) process.off(it, onSignal); // so that the system acts on the next
    stop.abort(signal);
  };
  for (const it of interrupts) process.on(it, onSignal);
  return stop.signal;
}

/** Ends with the exit code of a program that was interrupted. */
export function interrupted(signal: AbortSignal, hint?: string): void {
  if (hint !== undefined) console.error(hint);
  process.exitCode = exitCodes[signal.reason as Interrupt];
}
