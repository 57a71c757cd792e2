import { NonFiniteError } from "../errors.js";
import type { StepMetrics } from "./learner.js";

/** Means of metrics over the steps of a log interval. Its sums are part of a checkpoint. */
export class MetricMeans {
  #count = 0;
  #sums: Record<string, number> = {};

  /** Restores what `pending` returned. */
  static restore({
    count,
    sums,
  }: {
    readonly count: number;
    readonly sums: Readonly<Record<string, number>>;
  }) {
    const means = new MetricMeans();
    means.#count = count;
    means.#sums = { ...sums };
    return means;
  }

  /** Adds a step. @throws NonFiniteError @param where what to say of the run in that error */
  add(step: number, metrics: StepMetrics, where: () => string): void {
    for (const [name, metric] of Object.entries(metrics)) {
      const value = typeof metric === "number" ? metric : metric.item();
      if (!Number.isFinite(value)) {
        throw new NonFiniteError(`${name} must be finite, got ${value} at step ${step}. ${where()}`);
      }
      this.#sums[name] = (this.#sums[name] ?? 0) + value;
    }
    this.#count++;
  }

  pending(): { count: number; sums: Record<string, number> } {
    return { count: this.#count, sums: { ...this.#sums } };
  }

  /** Returns the means, and begins the next interval. */
  flush(): Record<string, number> {
    const count = this.#count;
    const means = Object.fromEntries(
      Object.entries(this.#sums).map(([name, total]) => [name, total / count]),
    );
    this.#count = 0;
    this.#sums = {};
    return means;
  }
}
