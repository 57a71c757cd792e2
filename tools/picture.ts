/**
 * Draws the README's picture: one new sine wave, learned from ten points by a network that MAML has prepared and by
 * one that was trained on all waves at once.
 *
 *     npx tsx tools/picture.ts
 */
import { writeFileSync } from "node:fs";
import {
  adam,
  adapt,
  compile,
  initializer,
  initTrainState,
  jointStep,
  type LossFn,
  linspace,
  type MlpParams,
  maml,
  meanSquaredError,
  mlp,
  Rng,
  sampleSinusoids,
  type Task,
  type TrainState,
  toTensors,
} from "metagrad";
import { type LineSeries, lineChartSvg } from "metagrad/render";

const WIDTH = 490;
const HEIGHT = 380;
const POINTS = 201;
const TRAINING_STEPS = 20_000;
const TICK = 0.25; // half the height of the mark of a known point

const rng = Rng.seed(1);
const net = mlp([1, 40, 40, 1], { weightInit: initializer.heNormal });
const loss: LossFn<MlpParams> = (params, { x, y }) => meanSquaredError(net.apply(params, x), y);
const optimizer = adam(1e-3);

type State = TrainState<MlpParams>;
type Rule = (state: State, tasks: Task) => State;

function train(rule: Rule): MlpParams {
  const step = compile(rule, { donate: [0] });
  let state = initTrainState(net.init(rng.fork("init")), optimizer);
  for (let k = 0; k < TRAINING_STEPS; k++) {
    const tasks = sampleSinusoids(rng.fork("train", k), { tasks: 25, shots: 10, queries: 10 });
    state = step(state, toTensors(tasks));
  }
  return state.params;
}

const wave = sampleSinusoids(rng.fork("picture", 15), { tasks: 1, shots: 10, queries: 1 });

const support = { x: toTensors(wave).support.x.reshape(10, 1), y: toTensors(wave).support.y.reshape(10, 1) };
const grid = linspace(-5, 5, POINTS);
const [amplitude, phase] = [wave.amplitude.data[0]!, wave.phase.data[0]!];

function panel(title: string, params: MlpParams, innerLr: number): string {
  const x = grid.data();
  const after = (innerSteps: number) =>
    net.apply(adapt(loss, params, support, { innerLr, innerSteps }), grid.reshape(POINTS, 1)).data();
  const series: LineSeries[] = [
    { label: "wave", x, y: x.map((at) => amplitude * Math.sin(at - phase)) },
    { label: "before", x, y: after(0) },
    { label: "1 step", x, y: after(1) },
    { label: "10 steps", x, y: after(10) },
    { label: "data", ...marks() },
  ];
  const chart = { title, xLabel: "x", yLabel: "y", series };
  return lineChartSvg(chart, { width: WIDTH, height: HEIGHT });
}

/** A short upright line through each known point, with gaps between. */
function marks(): { readonly x: number[]; readonly y: number[] } {
  const known = Array.from(support.x.data(), (x, i) => [x, support.y.data()[i]!] as const);
  known.sort(([a], [b]) => a - b);
  return {
    x: known.flatMap(([x]) => [x, x, x]),
    y: known.flatMap(([, y]) => [y - TICK, y + TICK, Number.NaN]),
  };
}

const learned = train(
  (state, tasks) => maml.outerStep(loss, optimizer, state, tasks, { innerLr: 0.01, innerSteps: 1 })[0],
);
const joint = train((state, tasks) => jointStep(loss, optimizer, state, tasks)[0]);
const panels = [panel("MAML", learned, 0.01), panel("Trained on all waves at once", joint, 0.002)];
writeFileSync(
  new URL("../docs/sinusoid.svg", import.meta.url),
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * WIDTH}" height="${HEIGHT}" viewBox="0 0 ${2 * WIDTH} ${HEIGHT}">`,
    "<title>A new sine wave learned from ten points, from two initialisations</title>",
    ...panels.map((svg, i) => svg.replace("<svg ", `<svg x="${i * WIDTH}" `)),
    "</svg>\n",
  ].join("\n"),
);
