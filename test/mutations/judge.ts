/**
 * Reads many damaged files of a format. A reader returns what is in a file or refuses it in the library's words; it
 * neither fails in JavaScript's words nor takes more memory than the file's size allows.
 *
 * @module
 */
import { FormatError, type MetaError } from "../../src/errors.js";
import { Rng } from "../../src/random/index.js";
import { countAllocations } from "./allocations.js";

/** A format, and its reader. */
export interface Subject {
  readonly name: string;
  /** Returns a damaged file. */
  readonly damaged: (rng: Rng) => Uint8Array;
  /** Reads a file, and throws an Error where what it has read makes no sense. */
  readonly read: (bytes: Uint8Array) => void;
  /** Bytes of memory that may be asked for, for each byte of the file; beyond a megabyte, which is free. */
  readonly memory: number;
  /** What the message of a refusal begins with. */
  readonly named: RegExp;
  /** The class of refusals. Default: FormatError. */
  readonly refusal?: typeof MetaError;
}

export interface Fault {
  /** Which of the damaged files it was: `damagedFile(subject, index)`. */
  readonly index: number;
  readonly problem: string;
}

export interface Judgement {
  /** Files that were read, in spite of the damage. */
  readonly read: number;
  readonly refused: number;
  /** How many refusals differ in their words. */
  readonly refusals: number;
  /** The most bytes asked for, for each byte of a file. */
  readonly mostMemory: number;
  readonly faults: readonly Fault[];
}

const FREE = 2 ** 20;

/** Returns the damaged file of a number: the same on every machine. */
export function damagedFile({ name, damaged }: Subject, index: number): Uint8Array {
  return damaged(Rng.seed(0).fork(`mutations/${name}`, index));
}

/** Reads the damaged files from 0 to `count` − 1. @param before told of each file before it is read */
export function judge(
  subject: Subject,
  count: number,
  before: (index: number) => void = () => {},
): Judgement {
  const { memory, named, refusal = FormatError } = subject;
  const refusals = new Set<string>();
  const faults: Fault[] = [];
  let [read, refused, mostMemory] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const bytes = damagedFile(subject, index);
    before(index);
    let error: unknown;
    const limit = FREE + memory * bytes.length;
    const asked = countAllocations(() => {
      try {
        subject.read(bytes);
      } catch (thrown) {
        error = thrown;
      }
    }, limit);
    if (asked > FREE) mostMemory = Math.max(mostMemory, asked / Math.max(bytes.length, 1));
    if (asked > limit)
      faults.push({ index, problem: `${asked} bytes of memory for ${bytes.length} of the file` });
    else if (error === undefined) read++;
    else if (!(error instanceof refusal))
      faults.push({ index, problem: (error as Error).stack ?? String(error) });
    else if (!named.test(error.message))
      faults.push({ index, problem: `does not name the file: ${error.message}` });
    else {
      refused++;
      refusals.add(error.message.replaceAll(/\d+|".*?"/g, "#"));
    }
  }
  return { read, refused, refusals: refusals.size, mostMemory, faults };
}
