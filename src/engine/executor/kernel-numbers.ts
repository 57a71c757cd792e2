import type { Kernel } from "../kernels/kernel.js";
import type { Step } from "../plan/plan.js";

/** Numbers kernels in the order in which they first appear; equal kernels have one number, and one function. */
export class KernelNumbers {
  readonly distinct: Kernel[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #byObject = new Map<Kernel, number>();

  /** Numbers all kernels of some steps. */
  static of(steps: readonly Step[]): KernelNumbers {
    const numbers = new KernelNumbers();
    numbers.#visit(steps);
    return numbers;
  }

  number(kernel: Kernel): number {
    let number = this.#byObject.get(kernel);
    if (number !== undefined) return number;
    const key = keyOf(kernel);
    number = this.#byKey.get(key);
    if (number === undefined) {
      number = this.distinct.push(kernel) - 1;
      this.#byKey.set(key, number);
    }
    this.#byObject.set(kernel, number);
    return number;
  }

  #visit(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind === "kernel") this.number(step.kernel);
      else this.#visit(step.body);
    }
  }
}

/** JSON alone would write -0 as 0, and Infinity and NaN as null: constants are numbers, all else is finite. */
function keyOf(kernel: Kernel): string {
  if (kernel.kind !== "loop") return JSON.stringify(kernel);
  const literals = kernel.steps.map((step) =>
    step.op === "constant" ? (Object.is(step.value, -0) ? "-0" : String(step.value)) : "",
  );
  return `${literals} ${JSON.stringify(kernel)}`;
}
