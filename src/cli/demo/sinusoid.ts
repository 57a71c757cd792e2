import { join } from "node:path";
import { sampleSinusoids } from "../../data/index.js";
import sinusoid, { metricName } from "../../experiments/maml-2017/sinusoid.js";
import { adapt, adaptationCurve, toTensors } from "../../meta/index.js";
import { type MlpParams, meanSquaredError, mlp } from "../../nn/index.js";
import { Rng } from "../../random/index.js";
import { type LineChart, lineChartPng } from "../../render/index.js";
import { configure, evaluateModel, replaceFile } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import { linspace, type Tensor, tree } from "../../tensor/index.js";
import { withProgress } from "../progress.js";
import type { DemoOptions } from "./options.js";
import { print, printBars, printChart, printHeading } from "./print.js";
import { trainQuietly } from "./train.js";

const SHOTS = 10;
const INNER_LR = 0.01;
const TEST_SEED = 1;
const WAVES = 25; // to show a typical one of

/** Sine waves. Returns false when interrupted. */
export async function sinusoidDemo({ out, quick, signal }: DemoOptions): Promise<boolean> {
  const steps = quick ? 4000 : 40_000;
  printHeading(
    "1. Sine waves",
    "A network of 1,761 weights meets waves of all amplitudes and phases, and learns",
    `where to begin: at weights from which a few gradient steps on ${SHOTS} points fit a`,
    "wave that it has never seen.",
    "",
  );
  const config = configure(sinusoid, {
    set: { shots: SHOTS, queries: SHOTS, steps, "test.shots": [SHOTS], "inner.lr": INNER_LR },
    from: "demo",
  });
  const trained = await trainQuietly(sinusoid, config, signal);
  if (trained === undefined) return false;

  const evaluation = await withProgress((progress) => {
    progress.phase("  adapting to new waves");
    return evaluateModel(sinusoid, config, trained.model, TEST_SEED);
  });
  const error = (step: number) => mean(evaluation[metricName(SHOTS, step)]!);
  print(`  squared error on ${evaluation[metricName(SHOTS, 0)]!.length} new waves:`);
  const bars = [0, 1, 5, 10].map((step) => {
    const label = step === 0 ? "before adapting" : `after ${step} gradient step${step === 1 ? "" : "s"}`;
    return [label, error(step), error(step).toFixed(2)] as const;
  });
  printBars(bars, error(0));

  const chart = waveChart(trained.model as MlpParams);
  printChart(chart);
  const file = join(out, "sine-wave.png");
  replaceFile(file, lineChartPng(chart));
  print(`  picture: ${file}`);
  return true;
}

/** The wave of median error among some new ones, and the network on its way there. */
function waveChart(params: MlpParams): LineChart {
  const options = { tasks: WAVES, shots: SHOTS, queries: 100 };
  const { support, query, amplitude, phase } = toTensors(
    sampleSinusoids(Rng.seed(TEST_SEED).fork("waves"), options),
  );
  const net = mlp([1, 40, 40, 1]);
  const loss = (theta: MlpParams, { x, y }: { x: Tensor; y: Tensor }) =>
    meanSquaredError(net.apply(theta, x), y);
  const errors = adaptationCurve(loss, params, { support, query }, { innerLr: INNER_LR, steps: 10 })
    .slice([0, 10])
    .data();
  const wave = medianIndex(errors);
  const points = tree.map((all) => all.slice([wave], [wave + 1]).reshape(SHOTS, 1), support);
  const x = linspace(-5, 5, 101);
  const [a, phi] = [amplitude.data()[wave]!, phase.data()[wave]!];
  const fits = [0, 1, 10].map((innerSteps) => {
    const adapted = adapt(loss, params, points, { innerLr: INNER_LR, innerSteps });
    const label = innerSteps === 0 ? "before" : `after ${innerSteps} step${innerSteps === 1 ? "" : "s"}`;
    return { label, x: x.data(), y: net.apply(adapted, x.reshape(-1, 1)).data() };
  });
  const truth = { label: "the wave", x: x.data(), y: Array.from(x.data(), (at) => a * Math.sin(at - phi)) };
  return { title: `A new wave, from ${SHOTS} points`, xLabel: "x", yLabel: "y", series: [truth, ...fits] };
}

/** Position of the value that half of the others are below. */
function medianIndex(values: ArrayLike<number>): number {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  return order[order.length >> 1]!;
}
