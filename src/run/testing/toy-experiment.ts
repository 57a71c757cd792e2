/** A learner that is done in milliseconds: a noisy walk of two weights towards 3. */
import { z } from "zod";
import { scalar, type Tensor, tensor } from "../../tensor/index.js";
import { defineExperiment, type Experiment } from "../experiment.js";

const schema = z.strictObject({
  steps: z.int().min(0).default(40).describe("steps"),
  mode: z.enum(["plain", "momentum"]).default("plain").describe("how"),
  inner: z
    .strictObject({
      lr: z.number().positive().default(0.1).describe("step size"),
      noise: z.number().min(0).default(0.5).describe("of the gradient"),
    })
    .prefault({}),
});

/** @param spy sees every step before it is taken; what it returns is the loss instead */
export function toyExperiment(spy?: (k: number) => number | undefined): Experiment {
  return defineExperiment({
    name: "toy/walk",
    paper: { title: "Walks", cite: "Nobody 2026", url: "https://example.org", where: "table 1" },
    caption: "Distance from 3 (lower is better)",
    better: "lower",
    schema,
    columns: [
      { label: "distance", metric: "test/distance", margin: 0.5 },
      { label: "square", metric: "test/square", margin: 0.5 },
    ],
    rows: [
      { label: "Walk", set: {}, paper: [0.2, [0.1, 0.05]] },
      { label: "Stay", set: { steps: 0 } },
      { label: "Fly", set: null, paper: [0, 0], note: "needs wings" },
    ],
    budgets: {
      smoke: { set: { steps: 10 }, seeds: 1 },
      laptop: { set: {}, seeds: 3 },
      night: { set: {}, seeds: 5 },
      paper: { set: { steps: 100 }, seeds: 5 },
    },
    headline: "train/loss",
    steps: ({ steps }) => steps,
    learner: ({ inner: { lr, noise } }) => ({
      init: (rng) => ({ weights: tensor([rng.normal(), rng.normal()]), count: scalar(0, "int32") }),
      step({ weights, count }: { weights: Tensor; count: Tensor }, k, rng) {
        const gradient = weights.sub(3).add(rng.normal(0, noise));
        const loss = spy?.(k) ?? gradient.square().mean();
        return [{ weights: weights.sub(gradient.mul(lr)), count: count.add(1) }, { "train/loss": loss }];
      },
      model: ({ weights }) => ({ weights }),
      evaluate({ weights }, rng) {
        const off = weights.sub(3).abs().mean().item();
        const distance = Array.from({ length: 20 }, () => off + rng.uniform(0, 0.1));
        return { "test/distance": distance, "test/square": distance.map((d) => d * d) };
      },
    }),
  });
}
