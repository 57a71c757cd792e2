/**
 * What a learner's world appends to, such as replay, in numbered files: `segments/000012.bin`.
 *
 * A segment is written once, before the first checkpoint that stands on it, and deleted once no checkpoint does.
 *
 * @module
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, readBytes, replaceFile, withFileErrors } from "./files.js";
import { sha256 } from "./record.js";

export interface Segment {
  /** Its number: the name of its file. */
  readonly index: number;
  readonly bytes: number;
  readonly sha256: string;
}

export const SEGMENTS = "segments";

export class Segments {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = join(dir, SEGMENTS);
  }

  /** Writes the bytes that follow those of `segments`. Returns all of them. @throws MetaError */
  append(segments: readonly Segment[], bytes: Uint8Array): readonly Segment[] {
    makeFolder(this.#dir);
    const index = (segments.at(-1)?.index ?? -1) + 1;
    replaceFile(this.#path(index), bytes);
    return [...segments, { index, bytes: bytes.length, sha256: sha256(bytes) }];
  }

  /** Reads segments, or says what is wrong with the first that is not as it was written. */
  read(
    segments: readonly Segment[],
  ): { readonly segments: readonly Uint8Array[] } | { readonly damage: string } {
    const contents: Uint8Array[] = [];
    for (const { index, sha256: expected } of segments) {
      const file = this.#path(index);
      if (!existsSync(file)) return { damage: `${file}: expected a segment of the replay, got no file` };
      const bytes = readBytes(file);
      if (sha256(bytes) !== expected) {
        return { damage: `${file}: expected the content that its checksum is of, got another` };
      }
      contents.push(bytes);
    }
    return { segments: contents };
  }

  /** Deletes all others. @throws MetaError */
  keep(needed: ReadonlySet<number>): void {
    if (!existsSync(this.#dir)) return;
    for (const name of withFileErrors(this.#dir, () => readdirSync(this.#dir))) {
      if (name.endsWith(".bin") && needed.has(Number.parseInt(name, 10))) continue;
      const file = join(this.#dir, name);
      withFileErrors(file, () => rmSync(file, { force: true }));
    }
  }

  #path(index: number): string {
    return join(this.#dir, `${String(index).padStart(6, "0")}.bin`);
  }
}
