/**
 * What a run writes as it goes: `metrics.jsonl`, and the same for TensorBoard.
 *
 * Lines are appended without waiting for the disk. A checkpoint waits, and notes how long the files were and their
 * SHA-256, which is kept as they grow; so what was changed, cut or lost since is noticed.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { encodeFileVersion, encodeScalars } from "../formats/index.js";
import type { LogMarks } from "./checkpoints.js";
import { append, readBytes, readText, replaceFile, syncedSize, withFileErrors } from "./files.js";

const EVENTS = "events.out.tfevents.";

export class Logs {
  readonly #metrics: AppendedFile;
  readonly #events: AppendedFile;

  constructor(dir: string) {
    const events = existsSync(dir) ? readdirSync(dir).find((name) => name.startsWith(EVENTS)) : undefined;
    this.#metrics = new AppendedFile(join(dir, "metrics.jsonl"));
    this.#events = new AppendedFile(join(dir, events ?? `${EVENTS}${Math.floor(wallSeconds())}.metagrad`));
  }

  /** Empties them, or makes them. @throws MetaError */
  begin(): void {
    this.#metrics.begin("");
    this.#events.begin(encodeFileVersion(wallSeconds()));
  }

  /** Appends the metrics of a step. @throws MetaError */
  log(step: number, metrics: Readonly<Record<string, number>>): void {
    this.#metrics.append(`${JSON.stringify({ step, ...metrics })}\n`);
    this.#events.append(encodeScalars({ wallTime: wallSeconds(), step, scalars: metrics }));
  }

  /** Makes durable what was logged, and returns what is needed to know it again. @throws MetaError */
  sync(): LogMarks {
    const [metrics, events] = [this.#metrics.mark(), this.#events.mark()];
    return {
      metrics: metrics.size,
      events: events.size,
      sha256: { metrics: metrics.sha256, events: events.sha256 },
    };
  }

  /** Checks that they still begin with what they held at a checkpoint. @throws FormatError, MetaError */
  check({ metrics, events, sha256 }: LogMarks): void {
    this.#metrics.check(metrics, sha256?.metrics);
    this.#events.check(events, sha256?.events);
  }

  /** Cuts off what came later. @throws MetaError */
  rewind({ metrics, events }: LogMarks): void {
    this.#metrics.cut(metrics);
    this.#events.cut(events);
  }
}

/** A file that grows, and the hash of what it holds. */
class AppendedFile {
  readonly #file: string;
  #hash: Hash = createHash("sha256");

  constructor(file: string) {
    this.#file = file;
  }

  begin(content: string | Uint8Array): void {
    replaceFile(this.#file, content);
    this.#hash = createHash("sha256").update(content);
  }

  append(content: string | Uint8Array): void {
    append(this.#file, content);
    this.#hash.update(content);
  }

  mark(): { size: number; sha256: string } {
    return { size: syncedSize(this.#file), sha256: this.#hash.copy().digest("hex") };
  }

  /** @param sha256 undefined where it was not noted: checkpoints of earlier builds */
  check(size: number, sha256: string | undefined): void {
    const bytes = existsSync(this.#file) ? readBytes(this.#file).subarray(0, size) : new Uint8Array();
    const fail = (expected: string, got: string | number): never => {
      throw new FormatError(
        `${this.#file}: expected ${expected} at the last checkpoint, got ${got}. Put the file back, or start a new run`,
      );
    };
    // shorter than it was: cutting would lengthen it
    if (bytes.length < size) fail(`at least ${size} bytes, which it had`, bytes.length);
    this.#hash = createHash("sha256").update(bytes);
    const got = this.#hash.copy().digest("hex");
    if (sha256 === undefined || got === sha256) return;
    fail(`its first ${size} bytes as they were`, `others (SHA-256 ${got.slice(0, 12)}…)`);
  }

  cut(size: number): void {
    withFileErrors(this.#file, () => truncateSync(this.#file, size));
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
