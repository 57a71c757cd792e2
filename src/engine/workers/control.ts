/**
 * The words of memory by which threads agree on who computes what.
 *
 * A loop is shared out like this: the owner writes what it is about, opens it and adds to `round`, on which the
 * workers sleep. Everybody, the owner too, then takes turns: `next` counts those that were taken, `done` those that
 * are complete, in order. A worker says that it is inside by `active`; the owner closes the loop when all turns are
 * done, and goes on when nobody is inside.
 *
 * @module
 */

/** Positions of words. Those that threads contend for lie on cache lines of their own. */
export const layout = {
  /** Changes when there is a loop to join, or a message to receive. */
  round: 0,
  /** 1 while the loop may be joined. */
  open: 16,
  /** Workers inside the loop. */
  active: 32,
  /** Turns that were taken. */
  next: 48,
  /** Turns that are complete; the next one may do its steps in order. −1 after a worker has failed. */
  done: 64,
  /** What went wrong: 0 nothing, −1 nobody completes turn `done`, else 1 + `own` of the worker that failed. */
  failed: 80,
  /** Messages posted to each worker. */
  posted: 81,
  /** Milliseconds without a turn completed, after which a thread has died. */
  patience: 82,
  /** Number of the program, and of its loop. */
  program: 83,
  loop: 84,
  /** Address of the program's arena. */
  scratch: 85,
  /** What a worker that failed has to say: the length, then character codes. */
  text: 86,
  textLength: 250,
  /** From here, the words of each thread itself. */
  threads: 336,
  /** Words of one thread. */
  stride: 16,
  /** A thread's own words: 1 + the turn that it computes, and 1 + the one that it computed before and that had to wait. */
  claim: 0,
  held: 1,
  /** Addresses where it computes them; the owner's first area is the program's. */
  area: 2,
  spare: 3,
  /** All words, for the most threads. */
  words: 336 + 16 * 64,
} as const;

export type Layout = typeof layout;

/** As many threads as there are words for. */
export const MOST_WORKERS = (layout.words - layout.threads) / layout.stride;
