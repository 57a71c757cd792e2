/**
 * What a run writes as it goes: `metrics.jsonl`, and the same for TensorBoard.
 *
 * Lines are appended without waiting for the disk. A checkpoint waits, and notes how long the files were.
 *
 * @module
 */
import { existsSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { encodeFileVersion, encodeScalars } from "../formats/index.js";
import type { LogSizes } from "./checkpoints.js";
import { append, readText, replaceFile, syncedSize, withFileErrors } from "./files.js";

const EVENTS = "events.out.tfevents.";

export class Logs {
  readonly #metrics: string;
  readonly #events: string;

  constructor(dir: string) {
    const events = existsSync(dir) ? readdirSync(dir).find((name) => name.startsWith(EVENTS)) : undefined;
    this.#metrics = join(dir, "metrics.jsonl");
    this.#events = join(dir, events ?? `${EVENTS}${Math.floor(wallSeconds())}.metagrad`);
  }

  /** Empties them, or makes them. @throws MetaError */
  begin(): void {
    replaceFile(this.#metrics, "");
    replaceFile(this.#events, encodeFileVersion(wallSeconds()));
  }

  /** Appends the metrics of a step. @throws MetaError */
  log(step: number, metrics: Readonly<Record<string, number>>): void {
    append(this.#metrics, `${JSON.stringify({ step, ...metrics })}\n`);
    append(this.#events, encodeScalars({ wallTime: wallSeconds(), step, scalars: metrics }));
  }

  /** Makes durable what was logged, and returns its size. @throws MetaError */
  sync(): LogSizes {
    return { metrics: syncedSize(this.#metrics), events: syncedSize(this.#events) };
  }

  /** @throws FormatError when they are shorter than they were: cutting would lengthen them */
  check(sizes: LogSizes): void {
    for (const [file, expected] of this.#sized(sizes)) {
      const got = existsSync(file) ? withFileErrors(file, () => statSync(file)).size : 0;
      if (got >= expected) continue;
      throw new FormatError(
        `${file}: expected at least ${expected} bytes, which it had at the last checkpoint, got ${got}. Put the file back, or start a new run`,
      );
    }
  }

  /** Cuts off what came later. @throws MetaError */
  rewind(sizes: LogSizes): void {
    for (const [file, size] of this.#sized(sizes)) withFileErrors(file, () => truncateSync(file, size));
  }

  #sized({ metrics, events }: LogSizes): (readonly [file: string, size: number])[] {
    return [
      [this.#metrics, metrics],
      [this.#events, events],
    ];
  }
}

/** The last whole line of a run's `metrics.jsonl`, if there is one; a kill may have torn the line after it. */
export function lastMetrics(dir: string): Readonly<Record<string, number>> | undefined {
  const file = join(dir, "metrics.jsonl");
  if (!existsSync(file)) return undefined;
  const line = readText(file).split("\n").at(-2);
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

function wallSeconds(): number {
  return Date.now() / 1000;
}
