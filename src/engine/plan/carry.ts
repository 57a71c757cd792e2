/**
 * Loop carries that are computed where they lie, instead of being copied there at the end of each turn.
 *
 * @module
 */
import { isInPlace } from "./memory.js";
import type { Buffer, Place, Step } from "./plan.js";

/** The copy of a new carry to where the next turn reads it, the last of its kind in a loop body. */
export interface CarryCopy {
  readonly step: Step;
  readonly from: Place;
  readonly to: Place;
}

/**
 * Drops the copies of carries that can be written in place: nothing reads the old carry once the new one is
 * being written, but for the kernel that computes it element by element.
 *
 * @param pinned buffers that must keep their own place
 */
export function writeInPlace(
  steps: readonly Step[],
  copies: readonly CarryCopy[],
  pinned: ReadonlySet<Buffer>,
): Step[] {
  const dropped = new Set<Step>();
  const renamed = new Map<Buffer, Place>();
  for (const { step: copy, from, to } of copies) {
    if (
      from.offset !== 0 ||
      from.turns ||
      from.buffer.size !== to.buffer.size ||
      pinned.has(from.buffer) ||
      renamed.has(from.buffer)
    )
      continue;
    const first = steps.findIndex((step) => touches(step, from.buffer));
    const later = steps.slice(first + 1).filter((step) => step !== copy);
    if (later.some((step) => touches(step, to.buffer))) continue;
    const maker = steps[first]!;
    if (
      touches(maker, to.buffer) &&
      !(maker.kind === "kernel" && isInPlace(maker.kernel, maker.args, from.buffer, to.buffer))
    )
      continue;
    dropped.add(copy);
    renamed.set(from.buffer, to);
  }
  const rename = (step: Step): Step =>
    step.kind === "loop"
      ? { ...step, body: step.body.map(rename) }
      : {
          ...step,
          args: step.args.map((place) =>
            renamed.has(place.buffer) ? { ...place, buffer: renamed.get(place.buffer)!.buffer } : place,
          ),
        };
  return steps.filter((step) => !dropped.has(step)).map(rename);
}

function touches(step: Step, buffer: Buffer): boolean {
  return step.kind === "loop"
    ? step.body.some((inner) => touches(inner, buffer))
    : step.args.some((place) => place.buffer === buffer);
}
