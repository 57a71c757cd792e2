/**
 * From an optimised program to a plan: buffers, kernels and their arguments.
 *
 * @module
 */
import { ShapeError } from "../../errors.js";
import type { PrimitiveParams } from "../../tensor/primitives.js";
import type { Equation, Program } from "../../tensor/program.js";
import { showSpec } from "../../tensor/shape.js";
import { fuse } from "./fuse.js";
import { loopOf } from "./loop.js";
import { allocate } from "./memory.js";
import type { Plan } from "./plan.js";
import { type PlanContext, Planner } from "./planner.js";
import { scanOf } from "./scan.js";
import { lowerSingle } from "./single.js";
import { contiguous } from "./view.js";

/** What stays in memory from call to call. */
export interface Lasting {
  /** Pairs of an output and the input that it becomes in the next call. */
  readonly kept?: readonly (readonly [output: number, input: number])[];
  /** Inputs whose value stays until another one comes. */
  readonly held?: readonly number[];
}

/** Makes the plan of an optimised program. */
export function buildPlan(program: Program, { kept = [], held = [] }: Lasting = {}): Plan {
  refuseFloat64(program);
  const context: PlanContext = { constants: [] };
  const planner = new Planner(program, context);
  const inputs = program.inputs.map((v) => ({ spec: v, buffer: planner.define(v, "input").buffer }));
  const residentOf = new Map(kept.map(([output, input]) => [output, inputs[input]!.buffer]));
  const states = [...residentOf.values()];
  const resident = [...states, ...held.map((input) => inputs[input]!.buffer)];
  lower(planner, program);
  const outputs = program.outputs.map((v, i) => {
    const place = planner.dense(v);
    // a state that comes out elsewhere must be saved before it is overwritten
    const clash = states.includes(place.buffer) && residentOf.get(i) !== place.buffer;
    return {
      spec: v,
      place: clash ? planner.copy({ place, view: contiguous(v.shape) }, v.dtype).place : place,
    };
  });
  const fixed = new Set([...context.constants.map(({ buffer }) => buffer), ...resident]);
  const { offsets, size } = allocate(
    planner.steps,
    fixed,
    inputs.map(({ buffer }) => buffer),
    outputs.map(({ place }) => place.buffer),
  );
  const keptBuffers = [...residentOf].map(([output, buffer]) => ({ output, buffer }));
  const plan: Plan = {
    steps: planner.steps,
    inputs,
    outputs,
    resident,
    kept: keptBuffers,
    constants: context.constants,
    offsets,
    size,
  };
  refuseHuge(plan);
  return plan;
}

/** Adds the steps of all equations, in the order of the fused units. */
function lower(planner: Planner, program: Program): void {
  const fusion = fuse(program);
  for (const unit of fusion.units) {
    if (unit.kind === "loop") loopOf(planner, unit, fusion);
    else if (unit.equation.primitive === "scan") {
      scanOf(planner, unit.equation as unknown as Equation<"scan">, lower);
    } else lowerSingle(planner, unit.equation);
  }
}

function refuseFloat64({ inputs, constants, equations }: Program): void {
  for (const v of [...inputs, ...constants.keys(), ...equations.flatMap(({ outputs }) => outputs)]) {
    if (v.dtype === "float64") {
      throw new ShapeError(
        `compile: expected float32, int32 or bool, got ${showSpec(v)}. float64 runs in the eager reference only`,
      );
    }
  }
  for (const { primitive, params } of equations) {
    if (primitive === "scan") refuseFloat64((params as PrimitiveParams["scan"]).body);
  }
}

const MAX_BYTES = 2 ** 32 - 2 ** 20;

function refuseHuge(plan: Plan): void {
  const lasting = [...plan.constants.map(({ buffer }) => buffer), ...plan.resident];
  const bytes = 4 * lasting.reduce((total, { size }) => total + size, plan.size);
  if (bytes <= MAX_BYTES) return;
  const gib = (b: number) => `${(b / 2 ** 30).toFixed(2)} GiB`;
  const largest = [...plan.offsets.keys(), ...lasting]
    .filter(({ size }) => size >= plan.size / 100)
    .sort((a, b) => b.size - a.size)
    .slice(0, 5);
  const names = largest
    .map(({ label, size, dtype }) => `${label} ${dtype}[${size}] of ${gib(4 * size)}`)
    .join(", ");
  throw new ShapeError(
    `compile: a plan must fit 4 GiB, got ${gib(bytes)}; its largest values: ${names}. Use smaller chunks of tasks, or checkpoint()`,
  );
}
