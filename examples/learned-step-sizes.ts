/**
 * Learns how fast each parameter should learn: differentiates the loss after ten steps of Adam, moments and all,
 * with respect to a step size for every single weight.
 */
import assert from "node:assert/strict";
import {
  adam,
  adapt,
  applyUpdates,
  chain,
  compile,
  full,
  type MlpParams,
  meanSquaredError,
  mlp,
  Rng,
  type SupportQuery,
  sampleSinusoids,
  scaleByAdam,
  stateless,
  type Tensor,
  toTensors,
  tree,
  valueAndGrad,
  vmap,
} from "metagrad";

const rng = Rng.seed(0);
const net = mlp([1, 40, 40, 1]);
const theta = net.init(rng.fork("init")); // never trained: all that is learned is the step sizes
const loss = (params: MlpParams, { x, y }: { x: Tensor; y: Tensor }) =>
  meanSquaredError(net.apply(params, x), y);
const sample = (stream: Rng, tasks: number) => {
  const { support, query } = sampleSinusoids(stream, { tasks, shots: 20, queries: 20 });
  return toTensors({ support, query });
};

/** Mean query loss after ten steps of Adam on the support set, with step sizes exp(logRates). */
function lossAfterAdam(logRates: MlpParams, tasks: SupportQuery): Tensor {
  const scaled = stateless((updates) => tree.map((u, r) => u.mul(r.exp()).neg(), updates, logRates));
  const innerOptimizer = chain(scaleByAdam({ epsRoot: 1e-8 }), scaled);
  const ofTask = ({ support, query }: SupportQuery) =>
    loss(adapt(loss, theta, support, { innerOptimizer, innerSteps: 10 }), query);
  return vmap(ofTask)(tasks).mean();
}

const optimizer = adam(0.03);
const outerStep = compile(
  (logRates: MlpParams, optState: ReturnType<typeof optimizer.init>, tasks: SupportQuery) => {
    const [value, gradient] = valueAndGrad(lossAfterAdam)(logRates, tasks);
    const [updates, next] = optimizer.update(gradient, optState);
    return [applyUpdates(logRates, updates), next, value] as const;
  },
);

const start = tree.map((p) => full(p.shape, -4.6), theta); // 0.01 for all
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
