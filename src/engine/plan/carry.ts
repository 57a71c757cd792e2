/**
 * What passes from turn to turn of a loop: carries that are computed where they lie, instead of being copied there
 * at the end of each turn, and which steps of a turn wait for the turn before.
 *
 * @module
 */
import { numOutputs } from "../kernels/kernel.js";
import { isInPlace, placesOf } from "./memory.js";
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

/**
 * Splits a turn into steps that are free to run before earlier turns are done, and those that touch a carry or
 * depend on one. Both keep their order.
 */
export function splitTurn(
  steps: readonly Step[],
  carries: readonly Buffer[],
): { free: readonly Step[]; ordered: readonly Step[] } {
  const waiting = new Set(carries);
  const free: Step[] = [];
  const ordered: Step[] = [];
  for (const step of steps) {
    const buffers = placesOf(step).map(({ buffer }) => buffer);
    if (!buffers.some((buffer) => waiting.has(buffer))) free.push(step);
    else {
      ordered.push(step);
      for (const buffer of writtenBy(step)) waiting.add(buffer);
    }
  }
  return { free, ordered };
}

function writtenBy(step: Step): readonly Buffer[] {
  if (step.kind === "loop") return step.body.flatMap(writtenBy);
  return step.args.slice(0, numOutputs(step.kernel)).map(({ buffer }) => buffer);
}
