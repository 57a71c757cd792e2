/** Tells five characters apart that it has never seen, from one drawing of each: MAML on the embedded glyphs. */
import assert from "node:assert/strict";
import {
  accuracy,
  adam,
  adaptationCurve,
  type Conv4Params,
  compile,
  conv4,
  glyphs,
  initTrainState,
  maml,
  Rng,
  sampleEpisodes,
  softmaxCrossEntropy,
  splitClasses,
  type Task,
  type Tensor,
  type TrainState,
  toTensors,
} from "metagrad";

type Batch = { x: Tensor; y: Tensor };
const net = conv4({ ways: 5, filters: 16 });
const loss = (params: Conv4Params, { x, y }: Batch) => softmaxCrossEntropy(net.apply(params, x), y);
const metric = (params: Conv4Params, { x, y }: Batch) => accuracy(net.apply(params, x), y);

const { train, test } = splitClasses(glyphs(), { train: 1200, test: 423 });
const rng = Rng.seed(0);
const inner = { innerLr: 0.4, chunk: 4 };

const optimizer = adam(3e-3);
const outerStep = compile((state: TrainState<Conv4Params>, tasks: Task) =>
  maml.outerStep(loss, optimizer, state, tasks, { ...inner, innerSteps: 1 }),
);
let state = initTrainState(net.init(rng.fork("init")), optimizer);
for (let step = 1; step <= 400; step++) {
  const tasks = sampleEpisodes(train, rng.fork("train", step), { tasks: 8, ways: 5, shots: 1, queries: 3 });
  const [next, { queryLoss }] = outerStep(state, toTensors(tasks));
  if (step % 100 === 0) console.log(`step ${step}  query loss ${queryLoss.mean().item().toFixed(2)}`);
  state = next;
}

const unseen = sampleEpisodes(test, rng.fork("test"), { tasks: 100, ways: 5, shots: 1, queries: 3 });
const evaluate = compile((params: Conv4Params, tasks: Task) =>
  adaptationCurve(loss, params, tasks, { ...inner, steps: 3, metric }).mean(0),
);
const shares = Array.from(evaluate(state.params, toTensors(unseen)).data());
shares.forEach((share, steps) => {
  console.log(`after ${steps} steps on one drawing each: ${(100 * share).toFixed(1)}% right`);
});
assert.ok(shares[0]! < 0.35, "before adaptation it can only guess");
assert.ok(shares[3]! > 0.6, "after adaptation it must do far better");
