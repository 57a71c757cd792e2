/**
 * The words of shared memory by which the owner of a batch and its threads agree.
 *
 * Each thread sleeps on its `bell`. The owner writes what there is to do (`steps`, `posted`) and rings; it then does
 * its own rows and waits until nobody is `busy`. A thread says which row it is in by `row`, and what went wrong by
 * `failed` and `text`, before it stops being busy.
 *
 * @module
 */

/** Threads that have something to do. */
export const BUSY = 0;

/** Positions of a thread's words, from `threadWords` on. */
export const word = {
  /** Changes when there is something to do. */
  bell: 0,
  /** Steps asked for. */
  steps: 16,
  /** Messages posted. */
  posted: 17,
  /** 1 while it is busy. */
  asked: 18,
  /** The row that it is in. */
  row: 32,
  /** Rows that it has begun: a thread in which this stands still has died. */
  progress: 33,
  /** What went wrong: 0 nothing, −1 the thread has ended, else 1 + the row. */
  failed: 34,
  /** Why: the length, then character codes. */
  text: 35,
} as const;

const STRIDE = 512;
const TEXT_LENGTH = STRIDE - word.text - 1;

/** Looks at a word before the thread sleeps: some 1 ms, for to be woken takes longer than a step of a few environments. */
const SPINS = 200_000;

export function allocateControl(threads: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (1 + threads) * STRIDE));
}

/** The words of a thread: 0 is the first that is not the owner. */
export function threadWords(control: Int32Array, thread: number): Int32Array {
  return control.subarray((1 + thread) * STRIDE, (2 + thread) * STRIDE);
}

/** Waits until a word has another value than this. Returns whether it has, after `milliseconds`. */
export function awaitChange(words: Int32Array, at: number, value: number, milliseconds?: number): boolean {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(words, at) !== value) return true;
  return Atomics.wait(words, at, value, milliseconds) !== "timed-out";
}

export function writeText(own: Int32Array, text: string): void {
  const codes = Array.from(text.slice(0, TEXT_LENGTH), (char) => char.charCodeAt(0));
  own.set([codes.length, ...codes], word.text);
}

export function readText(own: Int32Array): string {
  const length = own[word.text]!;
  return String.fromCharCode(...own.subarray(word.text + 1, word.text + 1 + length));
}
