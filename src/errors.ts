/**
 * The errors of the library. A program branches on the class, a person reads the message:
 *
 *     <who>: <what was expected>, got <what came>[. <what to do>]
 *
 * @module
 */

/** Base of every error that the library throws on purpose. */
export class MetaError extends Error {
  override readonly name: string = "MetaError";
}

/** A tensor's shape or dtype does not fit, or a traced function asked for a value it cannot have. */
export class ShapeError extends MetaError {
  override readonly name = "ShapeError";
}

/** An option, a config field or a command-line argument is unknown or out of range. */
export class ConfigError extends MetaError {
  override readonly name = "ConfigError";
}

/** An environment or a task distribution was used against its contract. */
export class EnvError extends MetaError {
  override readonly name = "EnvError";
}

/** A file or a byte stream is not what its format promises. */
export class FormatError extends MetaError {
  override readonly name = "FormatError";
}

/** A loss, gradient or metric stopped being finite. Names the step and, when replayed, the operation. */
export class NonFiniteError extends MetaError {
  override readonly name = "NonFiniteError";
}

/**
 * Returns ` Did you mean <name>?` for the closest of `names`, or an empty string.
 *
 * A name is close, too, when its words stand in another order, or when its last part is: `open-door` and `door-open` are
 * close to `metaworld/door-open`.
 */
export function suggestion(wrong: string, names: Iterable<string>): string {
  let best = "";
  let bestDistance = Math.max(2, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    const distance = distanceTo(wrong.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best === "" ? "" : ` Did you mean ${best}?`;
}

function distanceTo(wrong: string, name: string): number {
  const reordered = editDistance(wordsInOrder(wrong), wordsInOrder(name)) + 1;
  const last = name.slice(name.lastIndexOf("/") + 1);
  const ofLastPart =
    wrong.includes("/") || last === name ? Number.POSITIVE_INFINITY : distanceTo(wrong, last) + 1;
  return Math.min(editDistance(wrong, name), reordered, ofLastPart);
}

/** The words of a name in the order of the alphabet, each part for itself. */
function wordsInOrder(name: string): string {
  const parts = name.split("/").map((part) =>
    part
      .split(/[-_. ]/)
      .sort()
      .join("-"),
  );
  return parts.join("/");
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
