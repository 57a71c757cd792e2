/**
 * A learner with a world that is done in milliseconds: a bandit of two arms whose pay drifts, and a replay of the last
 * pulls. The state follows the mean pay of the replay, so that a bit of either that is lost shows in all that follows.
 */
import { z } from "zod";
import { scalar, type Tensor } from "../../tensor/index.js";
import { defineExperiment, type Experiment } from "../experiment.js";
import type { Learner } from "../learner.js";

const schema = z.strictObject({
  steps: z.int().min(0).default(40).describe("pulls"),
  capacity: z.int().min(1).default(7).describe("pulls that the replay holds"),
  evaluateEvery: z.int().min(0).default(10).describe("pulls between evaluations"),
});

const BYTES = 8; // of a pull

/** @param spy sees every step before it is taken; what it returns is the pay instead */
export function toyWorld(
  spy: (k: number) => number | undefined = () => undefined,
): Experiment & { readonly open: () => number } {
  let open = 0;
  const learner = ({ capacity }: z.output<typeof schema>): Learner<{ value: Tensor }, { value: Tensor }> => {
    open++;
    let arms: Float64Array | undefined;
    let replay: number[] = [];
    let added: number[] = [];
    const remember = (pay: number) => {
      replay = [...replay, pay].slice(-capacity);
    };
    return {
      init: (rng) => ({ value: scalar(rng.normal()) }),
      step({ value }, k, rng) {
        const arm = k % 2;
        arms![arm]! += rng.normal(0, 0.1);
        const pay = spy(k) ?? arms![arm]!;
        remember(pay);
        added.push(pay);
        const mean = replay.reduce((sum, x) => sum + x) / replay.length;
        const metrics = { "train/pay": pay, ...(k % 3 === 0 && { "train/third": pay }) };
        return [{ value: value.mul(0.9).add(0.1 * mean) }, metrics];
      },
      model: ({ value }) => ({ value }),
      evaluate: async ({ value }, rng) => ({
        "test/value": [value.item(), value.item() + rng.normal(0, 0.1)],
      }),
      world: {
        begin(rng) {
          arms = Float64Array.of(rng.normal(), rng.normal());
        },
        save: () => ({ arms: arms!.slice() }),
        restore(saved, segments) {
          arms = (saved as { readonly arms: Float64Array }).arms.slice();
          replay = segments.flatMap((bytes) => [...new Float64Array(bytes.slice().buffer)]).slice(-capacity);
          added = [];
        },
        growing: {
          take() {
            const bytes = new Uint8Array(Float64Array.from(added).buffer);
            added = [];
            return bytes;
          },
          get needed() {
            return replay.length * BYTES;
          },
        },
      },
      close() {
        open--;
      },
    };
  };
  const experiment = defineExperiment({
    name: "toy/bandit",
    caption: "Pay (higher is better)",
    better: "higher",
    schema,
    columns: [
      { label: "at the end", metric: "test/value", margin: 0.5 },
      { label: "best", metric: "test/value", margin: 0.5, at: "best" },
      { label: "last two", metric: "test/value", margin: 0.5, at: { last: 2 } },
    ],
    headline: "train/pay",
    steps: ({ steps }) => steps,
    unit: { name: "pulls", perStep: () => 2 },
    evaluateEvery: ({ evaluateEvery }) => evaluateEvery,
    curves: ["test/value", "train/third"],
    learner: async (config) => learner(config),
    summary: (rows) => ({
      caption: "All rows",
      columns: ["value"],
      rows: rows.map(({ label, metrics }) => ({
        label,
        cells: [{ paper: null, ours: metrics["test/value"]!.value, interval: null }],
      })),
    }),
  });
  return { ...experiment, open: () => open };
}
