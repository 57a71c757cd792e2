import { expect, test } from "vitest";
import { type Batch, sampleMinibatches, sampleSinusoids, type Task } from "../data/index.js";
import { compile } from "../engine/index.js";
import { type MlpParams, meanSquaredError, mlp } from "../nn/index.js";
import { adam, sgd } from "../optim/index.js";
import { Rng } from "../random/index.js";
import { type Tree, tree } from "../tensor/index.js";
import { jointLearner, type MetaLearner, maml, mamlPlusPlus, metaSgd, reptile, toTensors } from "./index.js";

const net = mlp([1, 20, 20, 1]);
const loss = (params: MlpParams, { x, y }: Batch) => meanSquaredError(net.apply(params, x), y);
const rng = Rng.seed(5);
const drawn = sampleSinusoids(rng.fork("tasks"), { tasks: 4, shots: 10, queries: 10 });
const episodes: Task = { support: toTensors(drawn.support), query: toTensors(drawn.query) };
const batches = toTensors(sampleMinibatches(drawn.support, rng, { steps: 5, size: 10 }));
const inner = { innerLr: 0.01, innerSteps: 2 };
const first = <T>(stack: T): T => tree.map((x) => x.slice([0], [1]).reshape(...x.shape.slice(1)), stack);

type Any = MetaLearner<Tree, Tree, MlpParams, Task, Batch>;
const learners: [string, Any][] = [
  ["MAML", maml.learner(net, loss, adam(1e-3), inner)],
  ["first-order MAML", maml.learner(net, loss, adam(1e-3), { ...inner, firstOrder: true })],
  ["Meta-SGD", metaSgd.learner(net, loss, adam(1e-3), { initialRate: 0.01, innerSteps: 2 })],
  ["MAML++", mamlPlusPlus.learner(net, loss, adam(1e-3), { ...inner, stepsPerEpoch: 2, multiStepEpochs: 1 })],
  ["pretraining", jointLearner(net, loss, adam(1e-3), inner)],
].map(([name, learner]) => [name as string, learner as unknown as Any]);

/** Takes outer steps, each phase compiled by itself, and returns the model. */
function train(learner: Any, tasks: Task, steps: number): [model: Tree, phases: number] {
  const programs = new Map<string, (state: Tree, tasks: Task) => Tree>();
  let state = learner.init(rng.fork("init"));
  for (let k = 0; k < steps; k++) {
    const phase = learner.phaseAt?.(k);
    const key = JSON.stringify(phase) ?? "";
    const program = programs.get(key) ?? compile((s: Tree, t: Task) => learner.outerStep(s, t, phase)[0]);
    programs.set(key, program);
    state = program(state, tasks);
  }
  return [learner.model(state), programs.size];
}

test.each(learners)("%s is trained and adapted by what all learners have", (name, learner) => {
  const [before] = train(learner, episodes, 0);
  const [after, phases] = train(learner, episodes, 6);
  expect(phases).toBe(name === "MAML++" ? 2 : 1);
  const { support } = first(episodes);
  const supportLoss = (model: Tree, steps?: number) =>
    loss(learner.adapt(model, support, steps), support).item();
  expect(tree.paths(tree.flatten(learner.adapt(after, support))[1])).toEqual(
    tree.paths(tree.flatten(net.init(rng))[1]),
  );
  expect(supportLoss(after)).toBe(supportLoss(after, 2)); // as many steps as in training
  expect(supportLoss(after, 2)).toBeLessThan(supportLoss(after, 1));
  expect(supportLoss(after)).not.toBe(supportLoss(before));
});

test("Reptile is trained and adapted on minibatches, a step on each", () => {
  const learner = reptile.learner(net, loss, sgd(0.5));
  let state = learner.init(rng.fork("init"));
  const untrained = learner.model(state);
  for (let k = 0; k < 5; k++) [state] = learner.outerStep(state, batches);
  const task = first(batches);
  const all = first(episodes).support;
  const adapted = (model: typeof untrained) => loss(learner.adapt(model, task), all).item();
  expect(adapted(learner.model(state))).toBeLessThan(adapted(untrained));
});
