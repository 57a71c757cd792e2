/**
 * Loops: the plan of a scan's body, run once a turn.
 *
 * For `scan((c, x) => [tanh(c + x), the same], h, xs)` with h `[4]` and xs `[3, 4]`:
 *
 *     1    copy        h → carry                     before the loop
 *     2    scan        3 turns
 *     2.1  add tanh    carry, xs at 4 t → carry      the carry is written where it is read
 *     2.2  copy        carry → scan at 4 t           the turn's slice of the stacked results
 *
 * Slices of xs and of the results are places that turn: an address and what it moves on by each turn, so that no turn
 * copies them. What a body needs and no turn changes is computed before the loop. Steps that do not depend on the carry
 * come first: threads may run them for different turns at the same time, and only the rest goes in order.
 *
 * @module
 */
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { sizeOf } from "../../tensor/shape.js";
import { type CarryCopy, splitTurn, writeInPlace } from "./carry.js";
import { copyKernel } from "./copy.js";
import { newBuffer, shifted } from "./located.js";
import { allocate } from "./memory.js";
import { type Buffer, type Place, type Step, workOf } from "./plan.js";
import { Planner } from "./planner.js";
import { contiguous } from "./view.js";

let nextLoop = 0;

/** Floating-point operations of a turn, below which it is not worth the while to wake another thread: some 5 us. */
const LEAST_WORK = 200_000;

/**
 * Adds a loop: its body is planned on its own, with a scratch buffer of the plan around it as its arena.
 *
 * @param lower adds the steps of the body
 */
export function scanOf(
  planner: Planner,
  { inputs, outputs, params }: Equation<"scan">,
  lower: (planner: Planner, program: Program) => void,
): void {
  const { body, numConsts, numCarry, length, reverse } = params;
  const loop = nextLoop++;
  const carryEnd = numConsts + numCarry;
  const fixed = new Set<Buffer>();
  const unchanging = new Set<Buffer>();
  const inner = new Planner(body, planner.context, {
    planner,
    unchanging,
    hoist: (buffer) => fixed.add(buffer),
  });
  const give = (v: Variable, place: Place) => {
    fixed.add(place.buffer);
    inner.provide(v, place);
  };
  const turning = (place: Place, stride: number): Place => ({
    ...place,
    turns: [...(place.turns ?? []), { loop, stride }],
  });

  const carry = outputs.slice(0, numCarry).map((v) => planner.define(v, "carry"));
  body.inputs.forEach((v, i) => {
    const outer = inputs[i]!;
    if (i < numConsts) {
      const place = planner.dense(outer);
      unchanging.add(place.buffer);
      give(v, place);
    } else if (i >= carryEnd) give(v, turning(planner.dense(outer), sizeOf(v.shape)));
    else {
      const place = carry[i - numConsts]!;
      const from = planner.locate(outer);
      planner.kernel(copyKernel(from.view, v.dtype), [place, shifted(from)]);
      give(v, place);
    }
  });
  lower(inner, body);

  const results = body.outputs.map((v) => inner.dense(v));
  // a carry that is another carry of this turn must be saved before that one is written
  const saved = results.map((place, i) => {
    const clash = i < numCarry && carry.some((other, j) => j !== i && other.buffer === place.buffer);
    return clash
      ? inner.copy({ place, view: contiguous(body.outputs[i]!.shape) }, body.outputs[i]!.dtype).place
      : place;
  });
  const copies: CarryCopy[] = [];
  const write = (i: number, to: Place) => {
    fixed.add(to.buffer);
    const { shape, dtype } = body.outputs[i]!;
    if (saved[i] === to) return;
    inner.kernel(copyKernel(contiguous(shape), dtype), [to, saved[i]!]);
    if (i < numCarry) copies.push({ step: inner.steps.at(-1)!, from: saved[i]!, to });
  };
  // the ys first: they may hold the carry as it was
  for (let i = numCarry; i < results.length; i++) {
    write(i, turning(planner.define(outputs[i]!, "scan"), sizeOf(body.outputs[i]!.shape)));
  }
  for (let i = 0; i < numCarry; i++) write(i, carry[i]!);

  for (const { buffer } of planner.context.constants) fixed.add(buffer);
  const { free, ordered } = splitTurn(
    writeInPlace(inner.steps, copies, fixed),
    carry.map(({ buffer }) => buffer),
  );
  const steps = [...free, ...ordered];
  const arena = allocate(steps, fixed, [], []);
  const scratch = newBuffer(arena.size, "float32", "loop");
  const isParallel = length > 1 && workOf(free) >= LEAST_WORK;
  planner.steps.push({
    kind: "loop",
    id: loop,
    count: length,
    reverse,
    body: steps.map((step) => relocate(step, scratch, arena.offsets)),
    ...(isParallel && { parallel: { area: scratch, ordered: free.length } }),
  });
}

/** Moves the buffers of a loop body into the scratch buffer of the plan around it. */
function relocate(step: Step, scratch: Buffer, offsets: ReadonlyMap<Buffer, number>): Step {
  if (step.kind === "loop") {
    const { parallel: _, ...loop } = step; // only the outermost loop shares its turns out
    return { ...loop, body: step.body.map((inner) => relocate(inner, scratch, offsets)) };
  }
  const args = step.args.map((place) => {
    const offset = offsets.get(place.buffer);
    if (offset === undefined) return place;
    const label = place.label ?? place.buffer.label;
    return { ...place, buffer: scratch, offset: place.offset + offset, label };
  });
  return { ...step, args };
}
