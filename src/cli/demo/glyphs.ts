import { join } from "node:path";
import { sampleEpisodes } from "../../data/index.js";
import { metricName } from "../../experiments/maml-2017/characters.js";
import glyphs, { glyphSplit } from "../../experiments/maml-2017/glyphs.js";
import { adapt, toTensors } from "../../meta/index.js";
import { type Conv4Params, conv4, softmaxCrossEntropy } from "../../nn/index.js";
import { Rng } from "../../random/index.js";
import { lineChartPng } from "../../render/index.js";
import { configure, evaluateModel, replaceFile } from "../../run/index.js";
import { mean } from "../../stats/index.js";
import { argMax, type Tensor } from "../../tensor/index.js";
import { withProgress } from "../progress.js";
import type { DemoOptions } from "./options.js";
import { dots, sideBySide } from "./picture.js";
import { print, printBars, printHeading, style } from "./print.js";
import { trainQuietly } from "./train.js";

const WAYS = 5;
const FILTERS = 16;
const INNER_LR = 0.5;
const TEST_SEED = 1;

/** Characters. Returns false when interrupted. */
export async function glyphsDemo({ out, quick, signal }: DemoOptions): Promise<boolean> {
  printHeading(
    "2. Characters",
    `A convolutional network learns to tell ${WAYS} characters apart from one drawing of`,
    "each. It practises on 1,200 characters, and is judged on 423 others.",
    "",
  );
  const config = configure(glyphs, {
    set: { ways: WAYS, filters: FILTERS, "inner.lr": INNER_LR, "outer.tasks": 4, steps: quick ? 800 : 8000 },
    from: "demo",
  });
  const trained = await trainQuietly(glyphs, config, signal);
  if (trained === undefined) return false;

  const evaluation = await withProgress((progress) => {
    progress.phase("  adapting to new characters");
    return evaluateModel(glyphs, config, trained.model, TEST_SEED);
  });
  const accuracyAfter = (step: number) => mean(evaluation[metricName(step)]!);
  print(
    `  accuracy on ${evaluation[metricName(0)]!.length} tasks of new characters (guessing: ${percent(1 / WAYS)}):`,
  );
  const bars = [0, 1, 3].map((step) => {
    const label = step === 0 ? "before adapting" : `after ${step} gradient step${step === 1 ? "" : "s"}`;
    return [label, accuracyAfter(step), percent(accuracyAfter(step))] as const;
  });
  printBars(bars, 1);
  printTask(trained.model as Conv4Params);

  const file = join(out, "characters.png");
  const series = [
    {
      label: "MAML, 5-way 1-shot",
      x: trained.history.map(({ step }) => step),
      y: trained.history.map(({ value }) => value),
    },
  ];
  const axes = { xLabel: "meta-step", yLabel: "query loss after adapting" };
  replaceFile(file, lineChartPng({ title: "Learning to learn characters", ...axes, series }));
  print(`  picture: ${file}`);
  return true;
}

/** Shows a task of new characters, and what the network makes of it. */
function printTask(params: Conv4Params): void {
  const sampled = sampleEpisodes(glyphSplit().test, Rng.seed(TEST_SEED).fork("shown"), {
    tasks: 1,
    ways: WAYS,
    shots: 1,
    queries: 1,
  });
  const net = conv4({ ways: WAYS, filters: FILTERS });
  const loss = (theta: Conv4Params, { x, y }: { x: Tensor; y: Tensor }) =>
    softmaxCrossEntropy(net.apply(theta, x), y);
  const { support, query } = toTensors({ support: sampled.support, query: sampled.query });
  const only = ({ x, y }: { x: Tensor; y: Tensor }) => ({
    x: x.reshape(...x.shape.slice(1)),
    y: y.reshape(...y.shape.slice(1)),
  });
  const adapted = adapt(loss, params, only(support), { innerLr: INNER_LR, innerSteps: 3 });
  const answers = argMax(net.apply(adapted, only(query).x)).data();

  const letters = "ABCDE";
  const pictures = ({ x }: { x: { data: ArrayLike<number> } }) =>
    sideBySide(
      Array.from({ length: WAYS }, (_, i) => dots(Array.from(x.data).slice(i * 784, (i + 1) * 784), 28)),
    );
  const captions = (texts: readonly string[]) =>
    `  ${texts.map((text) => text.padEnd(16)).join("")}`.trimEnd();
  print("");
  print("  one drawing of each of five new characters:");
  for (const line of pictures(sampled.support)) print(`  ${line}`);
  print(captions([...letters].map((letter) => `      ${letter}`)));
  print("  drawn by other hands, and what the network calls them:");
  for (const line of pictures(sampled.query)) print(`  ${line}`);
  const marks = [...letters].map((letter, i) => {
    const answer = letters[answers[i]!]!;
    return `      ${answer} ${answer === letter ? "✓" : "✗"}`;
  });
  print(style("bold", captions(marks)));
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}
