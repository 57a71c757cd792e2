import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleSinusoids } from "../../data/index.js";
import sinusoid, { metricName } from "../../experiments/maml-2017/sinusoid.js";
import { adapt, toTensors } from "../../meta/index.js";
import { type MlpParams, meanSquaredError, mlp } from "../../nn/index.js";
import { Rng } from "../../random/index.js";
import { type LineChart, lineChartPng } from "../../render/index.js";
import { configure, evaluateModel } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import { linspace } from "../../tensor/index.js";
import type { DemoOptions } from "./index.js";
import { print, printBars, printChart, printHeading } from "./print.js";
import { trainQuietly } from "./train.js";

const SHOTS = 10;
const TEST_SEED = 1;

/** Sine waves. Returns false when interrupted. */
export async function sinusoidDemo({ out, quick, signal }: DemoOptions): Promise<boolean> {
  const steps = quick ? 4000 : 40_000;
  printHeading(
    "1. Sine waves",
    "A network of 1,761 weights meets waves of all amplitudes and phases, and learns where to begin:",
    `at weights from which a few gradient steps on ${SHOTS} points make it fit a wave it has never seen.`,
    "",
  );
  const config = configure(sinusoid, {
    set: { shots: SHOTS, queries: SHOTS, steps, "test.shots": [SHOTS], "inner.lr": 0.01 },
    from: "demo",
  });
  const trained = await trainQuietly(sinusoid, config, signal);
  if (trained === undefined) return false;

  const evaluation = evaluateModel(sinusoid, config, trained.model, TEST_SEED);
  const error = (step: number) => mean(evaluation[metricName(SHOTS, step)]!);
  print(`  squared error on ${evaluation[metricName(SHOTS, 0)]!.length} new waves:`);
  const bars = [0, 1, 5, 10].map((step) => {
    const label = step === 0 ? "before adapting" : `after ${step} gradient step${step === 1 ? "" : "s"}`;
    return [label, error(step), error(step).toFixed(2)] as const;
  });
  printBars(bars, error(0));

  const chart = waveChart(trained.model as MlpParams);
  printChart(chart);
  mkdirSync(out, { recursive: true });
  const file = join(out, "sine-wave.png");
  writeFileSync(file, lineChartPng(chart));
  print(`  picture: ${file}`);
  return true;
}

/** One new wave, and the network on its way there. */
function waveChart(params: MlpParams): LineChart {
  const { support, amplitude, phase } = toTensors(
    sampleSinusoids(Rng.seed(TEST_SEED).fork("wave"), { tasks: 1, shots: SHOTS, queries: 1 }),
  );
  const points = { x: support.x.reshape(SHOTS, 1), y: support.y.reshape(SHOTS, 1) };
  const net = mlp([1, 40, 40, 1]);
  const loss = (theta: MlpParams, { x, y }: typeof points) => meanSquaredError(net.apply(theta, x), y);
  const x = linspace(-5, 5, 101);
  const [a, phi] = [amplitude.item(), phase.item()];
  const fits = [0, 1, 10].map((innerSteps) => {
    const adapted = adapt(loss, params, points, { innerLr: 0.01, innerSteps });
    const label = innerSteps === 0 ? "before" : `after ${innerSteps} step${innerSteps === 1 ? "" : "s"}`;
    return { label, x: x.data(), y: net.apply(adapted, x.reshape(-1, 1)).data() };
  });
  const wave = { label: "the wave", x: x.data(), y: Array.from(x.data(), (at) => a * Math.sin(at - phi)) };
  return { title: `A new wave, from ${SHOTS} points`, xLabel: "x", yLabel: "y", series: [wave, ...fits] };
}
