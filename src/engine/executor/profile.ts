/**
 * Measures the kernels of a plan.
 *
 * @module
 */
import type { Kernel } from "../kernels/kernel.js";
import { flops, type Place, type Plan, type Step } from "../plan/plan.js";
import { Executable, locateIn } from "./executable.js";
import { KernelNumbers } from "./kernel-numbers.js";
import type { LoadOptions } from "./load.js";

/** Time spent in one distinct kernel. */
export interface KernelProfile {
  readonly kernel: Kernel;
  readonly calls: number;
  readonly ms: number;
  /** Floating-point operations of all calls. */
  readonly flops: number;
}

/** An executable that keeps its plan, and whose kernels can be timed one by one. */
export class ProfiledExecutable extends Executable {
  readonly plan: Plan;
  readonly #kernels: KernelNumbers;
  readonly #scratch: () => number;

  constructor(plan: Plan, options: LoadOptions) {
    super(plan, { ...options, exportKernels: true });
    this.plan = plan;
    this.#kernels = KernelNumbers.of(plan.steps);
    this.#scratch = () => options.memory.scratch;
  }

  /** Runs kernel by kernel from JavaScript and times each, over the values that the last call left. */
  profile(): KernelProfile[] {
    const profiles = new Map<number, { kernel: Kernel; calls: number; ms: number; flops: number }>();
    const visit = (steps: readonly Step[], turns: ReadonlyMap<number, number>) => {
      for (const step of steps) {
        if (step.kind === "loop") {
          for (let t = 0; t < step.count; t++)
            visit(step.body, new Map(turns).set(step.id, step.reverse ? step.count - 1 - t : t));
          continue;
        }
        const index = this.#kernels.number(step.kernel);
        const kernel = this.loaded.instance.exports[`kernel${index}`] as (...addresses: number[]) => void;
        const addresses = step.args.map((place) => {
          const moved = (place.turns ?? []).reduce(
            (total, { loop, stride }) => total + stride * turns.get(loop)!,
            0,
          );
          return this.#address(place) + 4 * moved;
        });
        const start = performance.now();
        kernel(...addresses);
        const ms = performance.now() - start;
        const profile = profiles.get(index) ?? { kernel: step.kernel, calls: 0, ms: 0, flops: 0 };
        profile.calls++;
        profile.ms += ms;
        profile.flops += flops(step.kernel);
        profiles.set(index, profile);
      }
    };
    visit(this.plan.steps, new Map());
    return [...profiles.values()].sort((a, b) => b.ms - a.ms);
  }

  #address(place: Place): number {
    const { isLasting, at } = locateIn(this.plan, this.loaded, place);
    return isLasting ? at : this.#scratch() + at;
  }
}
