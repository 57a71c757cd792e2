import type { StepMetrics } from "./learner.js";

/** Sums of a log interval so far, for checkpoints. */
export interface PendingMeans {
  /** Steps. */
  readonly count: number;
  readonly sums: Readonly<Record<string, number>>;
  /** In how many steps a metric was, where it was not in all. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/** Means of metrics over those steps of a log interval that have them. */
export class MetricMeans {
  #steps = 0;
  readonly #sums = new Map<string, { total: number; count: number }>();

  /** Restores what `pending` returned. */
  static restore({ count, sums, counts }: PendingMeans): MetricMeans {
    const means = new MetricMeans();
    means.#steps = count;
    for (const [name, total] of Object.entries(sums)) {
      means.#sums.set(name, { total, count: counts?.[name] ?? count });
    }
    return means;
  }

  /** Adds a step. Returns what is wrong with it, where a metric is not finite. */
  add(step: number, metrics: StepMetrics): string | undefined {
    for (const [name, metric] of Object.entries(metrics)) {
      const value = typeof metric === "number" ? metric : metric.item();
      if (!Number.isFinite(value)) return `${name} must be finite, got ${value} at step ${step}`;
      const sum = this.#sums.get(name) ?? { total: 0, count: 0 };
      this.#sums.set(name, { total: sum.total + value, count: sum.count + 1 });
    }
    this.#steps++;
    return undefined;
  }

  pending(): PendingMeans {
    const entries = [...this.#sums];
    const partial = entries.filter(([, { count }]) => count !== this.#steps);
    return {
      count: this.#steps,
      sums: Object.fromEntries(entries.map(([name, { total }]) => [name, total])),
      ...(partial.length > 0 && {
        counts: Object.fromEntries(partial.map(([name, { count }]) => [name, count])),
      }),
    };
  }

  /** Returns the means, and begins the next interval. */
  flush(): Record<string, number> {
    const means = [...this.#sums].map(([name, { total, count }]) => [name, total / count] as const);
    this.#steps = 0;
    this.#sums.clear();
    return Object.fromEntries(means);
  }
}
