/**
 * What differs between the episodes of one of Meta-World's tasks: where the object and the goal are.
 *
 * @module
 */
import { EnvError } from "../../errors.js";
import type { SawyerTask } from "./task.js";

/** Draws after which a task that is never accepted is an error, not a hang. */
const MOST_DRAWS = 10_000;
/** Bounds are given to as many digits; a variation read from elsewhere may be rounded. */
const SLACK = 1e-6;

/**
 * Draws a variation: every number uniformly and by itself, in order; and all again while object and goal are nearer
 * than the task allows, seen from above.
 */
export function drawVariation(task: SawyerTask, uniform: (low: number, high: number) => number): number[] {
  const { low, high } = task.variation;
  for (let k = 0; k < MOST_DRAWS; k++) {
    const drawn = low.map((bound, i) => uniform(bound, high[i]!));
    if (isApart(task, drawn)) return drawn;
  }
  throw new EnvError(
    `metaworld/${task.name}: expected an object and a goal apart, got none in ${MOST_DRAWS} draws`,
  );
}

function isApart({ variation: { apart, low } }: SawyerTask, drawn: readonly number[]): boolean {
  if (!apart) return true;
  const [x, y] = apart.goal ?? drawn.slice(low.length - 3);
  const [dx, dy] = [drawn[0]! - x!, drawn[1]! - y!];
  return Math.sqrt(dx * dx + dy * dy) >= apart.distance;
}

/** @throws EnvError unless these are as many numbers as the task has, each within its bounds */
export function checkVariation({ name, variation: { low, high } }: SawyerTask, variation: unknown): void {
  const numbers =
    ArrayBuffer.isView(variation) || Array.isArray(variation) ? [...(variation as number[])] : [];
  if (numbers.length !== low.length) {
    throw new EnvError(
      `metaworld/${name}: expected a variation of ${low.length} numbers, got ${numbers.length || JSON.stringify(variation)}`,
    );
  }
  numbers.forEach((value, i) => {
    if (value >= low[i]! - SLACK && value <= high[i]! + SLACK) return;
    throw new EnvError(
      `metaworld/${name}: expected number ${i} of a variation in ${low[i]}..${high[i]}, got ${value}`,
    );
  });
}
