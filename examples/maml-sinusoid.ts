import assert from "node:assert/strict";
import * as mg from "metagrad";

// a model, and its loss on a batch: pure functions of the parameters
const net = mg.mlp([1, 40, 40, 1], { weightInit: mg.initializer.heNormal });
const loss: mg.LossFn<mg.MlpParams> = (params, { x, y }) => mg.meanSquaredError(net.apply(params, x), y);

// tasks: a sine wave each, ten points to learn from and ten to be judged on
const rng = mg.Rng.seed(0);
const waves = (name: string, step: number, tasks: number) =>
  mg.toTensors(mg.sampleSinusoids(rng.fork(name, step), { tasks, shots: 10, queries: 10 }));

// an outer step: adapt to 25 tasks at once, then move the initialisation by the exact second-order gradient
const optimizer = mg.adam(3e-3);
const outerStep = mg.compile((state: mg.TrainState<mg.MlpParams>, tasks: mg.Task) =>
  mg.maml.outerStep(loss, optimizer, state, tasks, { innerLr: 0.01, innerSteps: 1 }),
);
let state = mg.initTrainState(net.init(rng.fork("init")), optimizer);
for (let step = 0; step < 3000; step++) [state] = outerStep(state, waves("train", step, 25));

// new waves: the error before and after one gradient step
const curve = mg.adaptationCurve(loss, state.params, waves("test", 0, 100), { innerLr: 0.01, steps: 1 });
const [before, after] = curve.mean(0).data();
console.log(`error before ${before!.toFixed(2)}, after one step ${after!.toFixed(2)}`);
assert.ok(after! < 0.5 * before!);
