/**
 * Learns how fast each parameter should learn: differentiates the loss after ten steps of Adam, moments and all,
 * with respect to a step size for every single weight.
 */
import assert from "node:assert/strict";
import * as mg from "metagrad";

const rng = mg.Rng.seed(0);
const net = mg.mlp([1, 40, 40, 1]);
const theta = net.init(rng.fork("init")); // never trained: all that is learned is the step sizes
const loss = (params: mg.MlpParams, { x, y }: { x: mg.Tensor; y: mg.Tensor }) =>
  mg.meanSquaredError(net.apply(params, x), y);
const sample = (stream: mg.Rng, tasks: number) => {
  const { support, query } = mg.sampleSinusoids(stream, { tasks, shots: 20, queries: 20 });
  return mg.toTensors({ support, query });
};

/** Mean query loss after ten steps of Adam on the support set, with step sizes exp(logRates). */
function lossAfterAdam(logRates: mg.MlpParams, tasks: mg.Task): mg.Tensor {
  const scaled = mg.stateless((updates) => mg.tree.map((u, r) => u.mul(r.exp()).neg(), updates, logRates));
  const innerOptimizer = mg.chain(mg.scaleByAdam({ epsRoot: 1e-8 }), scaled);
  const ofTask = ({ support, query }: mg.Task) =>
    loss(mg.adapt(loss, theta, support, { innerOptimizer, innerSteps: 10 }), query);
  return mg.vmap(ofTask)(tasks).mean();
}

const optimizer = mg.adam(0.03);
const outerStep = mg.compile(
  (logRates: mg.MlpParams, optState: ReturnType<typeof optimizer.init>, tasks: mg.Task) => {
    const [value, gradient] = mg.valueAndGrad(lossAfterAdam)(logRates, tasks);
    const [updates, next] = optimizer.update(gradient, optState);
    return [mg.applyUpdates(logRates, updates), next, value] as const;
  },
);

const start = mg.tree.map((p) => mg.full(p.shape, -4.6), theta); // 0.01 for all
let [logRates, optState] = [start, optimizer.init(start)];
for (let step = 1; step <= 300; step++) {
  const [nextRates, nextState, value] = outerStep(logRates, optState, sample(rng.fork("train", step), 10));
  if (step % 100 === 0) console.log(`step ${step}  loss after ten steps of Adam ${value.item().toFixed(2)}`);
  [logRates, optState] = [nextRates, nextState];
}

const test = sample(rng.fork("test"), 100);
const [before, after] = [lossAfterAdam(start, test).item(), lossAfterAdam(logRates, test).item()];
console.log(
  `on 100 new waves: ${before.toFixed(2)} with one step size, ${after.toFixed(2)} with learned ones`,
);
assert.ok(after < 0.8 * before);
