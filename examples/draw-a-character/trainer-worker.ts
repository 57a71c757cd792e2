/** Meta-trains from scratch, on all cores where the page may: what `metagrad train maml-2017/glyphs` does. */
import * as mg from "metagrad";
import { useWorkers } from "metagrad/engine";
import { split } from "./characters.js";
import { INNER_LR, loss, net, type Params, SHOTS, toArrays, WAYS } from "./classifier.js";
import type { FromTrainer, ToTrainer } from "./messages.js";

const TASKS = 8;
const REPORT_SECONDS = 0.25;

const optimizer = mg.adam(1e-3);
const outerStep = mg.compile(
  (state: mg.TrainState<Params>, tasks: mg.Task): [mg.TrainState<Params>, mg.Tensor] => {
    const options = { innerLr: INNER_LR, innerSteps: 1, chunk: 1 };
    const [next, { queryLoss }] = mg.maml.outerStep(loss, optimizer, state, tasks, options);
    return [next, queryLoss.mean()];
  },
  { donate: [0] },
);
const characters = mg.rotationsAsClasses(split().train);
const rng = mg.Rng.seed(0);

let state = mg.initTrainState(net.init(rng.fork("init")), optimizer);
let step = 0;
let stopping = false;

/** Trains until the page says stop; goes on from there when it is called again. */
async function train(): Promise<void> {
  stopping = false;
  send({ kind: "training", threads: await useWorkers(Math.min(navigator.hardwareConcurrency, TASKS)) });
  while (!stopping) {
    const start = performance.now();
    const [seconds, first] = [() => (performance.now() - start) / 1000, step];
    let sum = 0;
    while (seconds() < REPORT_SECONDS) sum += trainStep();
    const count = step - first;
    send({ kind: "progress", step, queryLoss: sum / count, stepsPerSecond: count / seconds() });
    await new Promise((resolve) => setTimeout(resolve)); // lets "stop" in
  }
  await useWorkers(1);
  send({ kind: "stopped", params: toArrays(state.params) });
}

/** Takes an outer step. Returns its query loss. */
function trainStep(): number {
  step++;
  const episode = { tasks: TASKS, ways: WAYS, shots: SHOTS, queries: SHOTS };
  const tasks = mg.toTensors(mg.sampleEpisodes(characters, rng.fork("step", step), episode));
  const [next, queryLoss] = outerStep(state, tasks);
  state = next;
  return queryLoss.item();
}

function send(message: FromTrainer): void {
  postMessage(message);
}

addEventListener("message", ({ data }: MessageEvent<ToTrainer>) => {
  if (data.kind === "train") void train();
  else stopping = true;
});
