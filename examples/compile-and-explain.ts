/** What the compiler makes of a function: the program that it runs, its kernels, its memory, and the time it saves. */
import assert from "node:assert/strict";
import {
  compile,
  grad,
  type LossFn,
  type MlpParams,
  meanSquaredError,
  mlp,
  Rng,
  showProgram,
  tensor,
  tree,
} from "metagrad";
import { executableOf, programOf } from "metagrad/engine";

// a chain of element-wise operations and its derivative become a single kernel
const bump = grad((x: ReturnType<typeof tensor>) => x.square().neg().exp().sum());
const x = tensor([-1, 0, 2]);
console.log(`the gradient of Σ exp(−x²):\n${showProgram(programOf(bump, [x]))}`);
assert.equal(executableOf(bump, [x]).numKernels, 1);

// a gradient step of a network on 100 points
const net = mlp([1, 40, 40, 1]);
const loss: LossFn<MlpParams> = (params, { x, y }) => meanSquaredError(net.apply(params, x), y);
const rng = Rng.seed(0);
const points = Float32Array.from({ length: 100 }, () => rng.uniform(-5, 5));
const batch = {
  x: tensor(points, { shape: [100, 1] }),
  y: tensor(
    points.map((p) => p * p),
    { shape: [100, 1] },
  ),
};
const step = (params: MlpParams) =>
  tree.map((p, g) => p.sub(g.mul(0.001)), params, grad(loss)(params, batch));

const start = net.init(Rng.seed(1));
const { plan, numKernels } = executableOf(step, [start]);
console.log(
  `\na gradient step: ${programOf(step, [start]).equations.length} operations, ${plan.steps.length} calls`,
);
console.log(`of ${numKernels} distinct kernels, in ${((4 * plan.size) / 1024).toFixed(0)} KiB`);

const compiled = compile(step, { donate: [0] });
const milliseconds = (update: typeof step, count: number) => {
  let params = update(start); // the first call compiles
  const begin = performance.now();
  for (let k = 1; k < count; k++) params = update(params);
  const total = performance.now() - begin;
  return { each: total / (count - 1), final: loss(params, batch).item() };
};
const [eager, fast] = [milliseconds(step, 20), milliseconds(compiled, 20)];
console.log(
  `eager ${eager.each.toFixed(2)} ms a step, compiled ${fast.each.toFixed(3)} ms; the same loss, ${fast.final.toFixed(3)}`,
);
assert.ok(Math.abs(eager.final / fast.final - 1) < 1e-4);
assert.ok(fast.each < eager.each);
