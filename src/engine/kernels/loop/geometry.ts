/**
 * Turns a loop kernel's iteration space into a nest of loops: fewest loops, best innermost one.
 *
 * @module
 */
import type { LaneStep, LoopKernel } from "../kernel.js";
import { costOf } from "../lane-math/step.js";

/** Something that moves through memory, or counts, as the loops run. */
interface Access {
  readonly kind: "output" | "input" | "index";
  /** Number of the output or input, or of the step that is an index. */
  readonly number: number;
}

/** One dimension of the nest. */
interface NestLoop {
  readonly extent: number;
  readonly reduced: boolean;
  /** Elements by which each access moves. */
  readonly strides: readonly number[];
}

/**
 * Loops, outermost first. The one at `vector` runs over vectors of four elements. Reduced loops come after kept
 * ones. Either the vector loop is the last; or all that follow it are reduced, and it is kept.
 */
export interface Nest {
  readonly accesses: readonly Access[];
  readonly loops: readonly NestLoop[];
  readonly vector: number;
  /** Position of the first reduced loop; the number of loops when there is none. */
  readonly firstReduced: number;
}

type IndexStep = Extract<LaneStep, { readonly op: "index" }>;

export function planNest(kernel: LoopKernel): Nest {
  const accesses: Access[] = [
    ...kernel.outputs.map((_, number) => ({ kind: "output" as const, number })),
    ...kernel.inputs.map((_, number) => ({ kind: "input" as const, number })),
    ...kernel.steps.flatMap((step, number) =>
      step.op === "index" ? [{ kind: "index" as const, number }] : [],
    ),
  ];
  const reduces = kernel.outputs.some((output) => output.reduce);
  const loops: NestLoop[] = kernel.extents.map((extent, d) => {
    const reduced = reduces && kernel.reduced[d]!;
    return { extent, reduced, strides: accesses.map((access) => strideOf(kernel, access, d, reduced)) };
  });
  const merged = merge(loops.filter(({ extent }) => extent !== 1));
  if (merged.length === 0) merged.push({ extent: 1, reduced: false, strides: accesses.map(() => 0) });
  return order(kernel, accesses, merged);
}

function strideOf(kernel: LoopKernel, { kind, number }: Access, d: number, reduced: boolean): number {
  switch (kind) {
    case "input":
      return kernel.inputs[number]!.strides[d]!;
    case "output": {
      const output = kernel.outputs[number]!;
      return output.reduce && reduced ? 0 : output.strides[d]!;
    }
    case "index":
      return (kernel.steps[number] as IndexStep).dimension === d ? 1 : 0;
  }
}

/** Joins pairs of loops that every access walks as one, adjacent or not: the order of loops is free. */
function merge(loops: readonly NestLoop[]): NestLoop[] {
  const result = [...loops];
  for (let found = true; found; ) {
    found = false;
    for (let a = 0; a < result.length && !found; a++) {
      for (let b = 0; b < result.length && !found; b++) {
        const outer = result[a]!;
        const inner = result[b]!;
        if (a === b || outer.reduced !== inner.reduced) continue;
        if (!outer.strides.every((stride, i) => stride === inner.extent * inner.strides[i]!)) continue;
        result[Math.min(a, b)] = { ...inner, extent: outer.extent * inner.extent };
        result.splice(Math.max(a, b), 1);
        found = true;
      }
    }
  }
  return result;
}

function order(kernel: LoopKernel, accesses: readonly Access[], loops: readonly NestLoop[]): Nest {
  let best = 0;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let candidate = loops.length - 1; candidate >= 0; candidate--) {
    const cost = costOfVectorLoop(kernel, accesses, loops, candidate);
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  const vector = loops[best]!;
  const others = loops.filter((loop) => loop !== vector).sort((a, b) => reach(b) - reach(a));
  const kept = others.filter((loop) => !loop.reduced);
  const reduced = others.filter((loop) => loop.reduced);
  const ordered = vector.reduced ? [...kept, ...reduced, vector] : [...kept, vector, ...reduced];
  const firstReduced = ordered.findIndex((loop) => loop.reduced);
  return {
    accesses,
    loops: ordered,
    vector: ordered.indexOf(vector),
    firstReduced: firstReduced < 0 ? ordered.length : firstReduced,
  };
}

/** Longest step that an access takes per iteration: long ones belong outside. */
const reach = (loop: NestLoop): number => Math.max(...loop.strides.map(Math.abs));

const HORIZONTAL_FOLD = 8;

/** About how many instructions the kernel takes if it runs over vectors along `candidate`. */
function costOfVectorLoop(
  kernel: LoopKernel,
  accesses: readonly Access[],
  loops: readonly NestLoop[],
  candidate: number,
): number {
  const loop = loops[candidate]!;
  const outside = loops.reduce((n, { extent }, i) => (i === candidate ? n : n * extent), 1);
  const full = Math.floor(loop.extent / 4);
  const partial = loop.extent % 4 === 0 ? 0 : 1;
  const body = kernel.steps.reduce(
    (n, { op }) => n + (op === "constant" || op === "index" ? 1 : costOf(op)),
    1,
  );
  let perVector = body;
  accesses.forEach(({ kind, number }, i) => {
    if (kind === "index" || (kind === "output" && kernel.outputs[number]!.reduce)) return;
    const stride = Math.abs(loop.strides[i]!);
    perVector += stride <= 1 ? 1 : 5;
  });
  let cost = outside * (full * perVector + partial * (perVector + 2));
  if (loop.reduced) {
    const kept = loops.reduce((n, { extent, reduced }) => (reduced ? n : n * extent), 1);
    cost += kept * HORIZONTAL_FOLD * kernel.outputs.filter((output) => output.reduce).length;
  }
  return cost;
}
