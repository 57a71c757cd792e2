/**
 * Objects in MuJoCo's memory, which JavaScript does not collect: each has an owner, and goes with it.
 *
 * An owner deletes what it has when it is closed. One that is dropped instead is collected by JavaScript as garbage,
 * and what it had is deleted in a later turn of the event loop.
 *
 * @module
 */
import { EnvError } from "../../errors.js";

export interface Handle {
  delete(): void;
}

const garbage = new FinalizationRegistry<readonly Handle[]>(deleteAll);

/** Deletes handles when `owner` is garbage. They must not refer to it. */
export function deleteWith(owner: object, ...handles: readonly Handle[]): void {
  garbage.register(owner, handles, owner);
}

/** Deletes the handles of an owner now. */
export function deleteNow(owner: object, ...handles: readonly Handle[]): void {
  garbage.unregister(owner);
  deleteAll(handles);
}

function deleteAll(handles: readonly Handle[]): void {
  for (const handle of handles) handle.delete();
}

const FULL = /Could not allocate memory|bad_alloc/;
/** What WebAssembly says of code that went wrong, not of a scene that is. */
const BROKEN = /\bAborted\(|out of bounds|unreachable|null function|signature mismatch/;

/**
 * Makes something in MuJoCo's memory.
 *
 * @throws EnvError where that is full or MuJoCo itself fails, or what `make` throws
 */
export function inMujocoMemory<T>(who: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const problem = String(error);
    if (FULL.test(problem)) {
      throw new EnvError(
        `${who}: expected room in MuJoCo's memory, got none: its 2 GiB are full. Close environments that are no longer used; those that were dropped are freed as garbage once the event loop turns, so await something in between`,
      );
    }
    if (BROKEN.test(problem)) {
      throw new EnvError(
        `${who}: expected MuJoCo to compile a scene or to refuse it, got ${problem}. Its memory may be damaged: start the program again, without this scene`,
      );
    }
    throw error;
  }
}
