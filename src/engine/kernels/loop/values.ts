import type { Lane, LoopKernel } from "../kernel.js";
import { costOf } from "../lane-math/step.js";
import type { Nest } from "./geometry.js";

/** A value of the kernel that is used: an input or a step. */
export interface Value {
  readonly number: number;
  readonly lane: Lane;
  /** The loop in whose body it is computed: the deepest one on which it depends; -1 before all loops. */
  readonly level: number;
  /** Whether it differs along the vector loop; otherwise its four lanes are equal. */
  readonly vector: boolean;
  /** Whether it differs along the loop around an innermost vector loop. */
  readonly rowwise: boolean;
  /** The input or index, as an access of the nest. */
  readonly access?: number;
  /** About how many instructions. */
  readonly cost: number;
}

/** Places every value; undefined for those that no output needs. */
export function placeValues(kernel: LoopKernel, nest: Nest): readonly (Value | undefined)[] {
  const numInputs = kernel.inputs.length;
  const used = usedValues(kernel);
  const values: (Value | undefined)[] = [];
  const accessed = (number: number, lane: Lane, access: number): Value => {
    const strides = nest.loops.map((loop) => loop.strides[access]!);
    const stride = Math.abs(strides[nest.vector]!);
    return {
      number,
      lane,
      access,
      level: strides.findLastIndex((s) => s !== 0),
      vector: stride !== 0,
      rowwise: (strides[nest.loops.length - 2] ?? 0) !== 0,
      cost: stride <= 1 ? 1 : 4,
    };
  };
  const accessOf = (kind: "input" | "index", number: number): number =>
    nest.accesses.findIndex((access) => access.kind === kind && access.number === number);

  kernel.inputs.forEach(({ lane }, i) => {
    values.push(used.has(i) ? accessed(i, lane, accessOf("input", i)) : undefined);
  });
  kernel.steps.forEach((step, i) => {
    const number = numInputs + i;
    const { lane } = step;
    if (!used.has(number)) values.push(undefined);
    else if (step.op === "constant")
      values.push({ number, lane, level: -1, vector: false, rowwise: false, cost: 0 });
    else if (step.op === "index") values.push(accessed(number, lane, accessOf("index", i)));
    else {
      const args = step.args.map((arg) => values[arg]!);
      values.push({
        number,
        lane,
        level: Math.max(-1, ...args.map((arg) => arg.level)),
        vector: args.some((arg) => arg.vector),
        rowwise: args.some((arg) => arg.rowwise),
        cost: costOf(step.op),
      });
    }
  });
  return values;
}

function usedValues(kernel: LoopKernel): Set<number> {
  const used = new Set(kernel.outputs.map((output) => output.value));
  for (let i = kernel.steps.length - 1; i >= 0; i--) {
    const step = kernel.steps[i]!;
    if ("args" in step && used.has(kernel.inputs.length + i)) for (const arg of step.args) used.add(arg);
  }
  return used;
}
