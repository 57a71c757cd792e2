/**
 * Places buffers in one arena, so that those which are never alive together share memory.
 *
 * First fit over the buffers in the order of their first use; an element-wise result takes the place of an
 * operand that dies with it.
 *
 * @module
 */

import type { Kernel, LoopKernel } from "../kernels/kernel.js";
import type { Buffer, Place, Step } from "./plan.js";

/** Buffers start at multiples of so many elements: 64 bytes, a cache line. */
export const ALIGNMENT = 16;

interface Lifetime {
  first: number;
  last: number;
}

export interface Arena {
  readonly offsets: Map<Buffer, number>;
  readonly size: number;
}

/**
 * @param fixed buffers that are placed elsewhere (constants, parts of an outer arena)
 * @param before buffers that hold something before the first step
 * @param after buffers that are read after the last step
 */
export function allocate(
  steps: readonly Step[],
  fixed: ReadonlySet<Buffer>,
  before: readonly Buffer[],
  after: readonly Buffer[],
): Arena {
  const lifetimes = new Map<Buffer, Lifetime>();
  const touch = (buffer: Buffer, at: number) => {
    if (fixed.has(buffer)) return;
    const lifetime = lifetimes.get(buffer);
    if (lifetime) {
      lifetime.last = Math.max(lifetime.last, at);
      lifetime.first = Math.min(lifetime.first, at);
    } else lifetimes.set(buffer, { first: at, last: at });
  };
  for (const buffer of before) touch(buffer, -1);
  steps.forEach((step, at) => {
    for (const { buffer } of placesOf(step)) touch(buffer, at);
  });
  for (const buffer of after) touch(buffer, steps.length);

  const offsets = new Map<Buffer, number>();
  const live: { buffer: Buffer; offset: number; end: number; last: number }[] = []; // sorted by offset
  let size = 0;
  const byFirst = [...lifetimes].sort(([, a], [, b]) => a.first - b.first);
  for (const [buffer, { first, last }] of byFirst) {
    for (let i = live.length - 1; i >= 0; i--) if (live[i]!.last < first) live.splice(i, 1);
    const step = steps[first];
    const heir =
      step?.kind === "kernel" && step.kernel.kind === "loop"
        ? dyingOperand(step.kernel, step.args, buffer, first, lifetimes, offsets)
        : undefined;
    if (heir !== undefined) {
      const area = live.find((area) => area.buffer === heir)!;
      offsets.set(buffer, area.offset);
      area.buffer = buffer;
      area.last = last;
      continue;
    }
    const needed = Math.ceil(Math.max(1, buffer.size) / ALIGNMENT) * ALIGNMENT;
    let offset = 0;
    let at = 0;
    let best: { offset: number; at: number; gap: number } | undefined;
    for (; at < live.length; at++) {
      const gap = live[at]!.offset - offset;
      if (gap >= needed && (!best || gap < best.gap)) best = { offset, at, gap };
      offset = Math.max(offset, live[at]!.end);
    }
    const spot = best ?? { offset, at, gap: 0 };
    live.splice(spot.at, 0, { buffer, offset: spot.offset, end: spot.offset + needed, last });
    offsets.set(buffer, spot.offset);
    size = Math.max(size, spot.offset + needed);
  }
  return { offsets, size };
}

/** An operand of the same layout that nothing reads later: its memory can take the result. */
function dyingOperand(
  kernel: LoopKernel,
  args: readonly Place[],
  result: Buffer,
  at: number,
  lifetimes: ReadonlyMap<Buffer, Lifetime>,
  offsets: ReadonlyMap<Buffer, number>,
): Buffer | undefined {
  const taken = new Set(args.slice(0, kernel.outputs.length).map(({ buffer }) => offsets.get(buffer)));
  return args.slice(kernel.outputs.length).find(({ buffer }) => {
    const lifetime = lifetimes.get(buffer);
    const dies = lifetime && lifetime.last === at && lifetime.first < at;
    // not if another result of this kernel has it
    return dies && !taken.has(offsets.get(buffer)) && isInPlace(kernel, args, result, buffer);
  })?.buffer;
}

/** Whether a kernel may write `result` where it reads `operand`: element by element, in the same layout, once. */
export function isInPlace(kernel: Kernel, args: readonly Place[], result: Buffer, operand: Buffer): boolean {
  if (kernel.kind !== "loop") return false;
  const at = (buffer: Buffer) => args.findIndex((place) => place.buffer === buffer);
  const output = kernel.outputs[at(result)];
  const input = kernel.inputs[at(operand) - kernel.outputs.length];
  if (!output || !input || output.reduce) return false;
  const wholes = [result, operand].every((buffer) => {
    const places = args.filter((place) => place.buffer === buffer);
    return places.length === 1 && places[0]!.offset === 0 && !places[0]!.turns;
  });
  const alike = input.strides.every((stride, d) => stride === output.strides[d] || kernel.extents[d] === 1);
  return wholes && alike && result.size === operand.size;
}

/** All places that a step reads or writes, loops included. */
export function placesOf(step: Step): readonly Place[] {
  return step.kind === "kernel" ? step.args : step.body.flatMap(placesOf);
}
