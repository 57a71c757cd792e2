/** What the compiler makes of a function: its program, its kernels, its memory, and the time that it saves. */
import assert from "node:assert/strict";
import * as mg from "metagrad";

// a chain of element-wise operations, and its derivative, become a single kernel
const bump = mg.grad((x: mg.Tensor) => x.square().neg().exp().sum());
const explained = mg.explain(bump, mg.tensor([-1, 0, 2]));
console.log(`The gradient of Σ exp(−x²):\n\n${explained}\n`);
assert.match(explained, /1 kernel call/);

// a gradient step of a network on 100 points
const net = mg.mlp([1, 40, 40, 1]);
const loss: mg.LossFn<mg.MlpParams> = (params, { x, y }) => mg.meanSquaredError(net.apply(params, x), y);
const x = mg.linspace(-1, 1, 100).reshape(100, 1);
const step = (params: mg.MlpParams) => {
  const gradient = mg.grad(loss)(params, { x, y: x.square() });
  return mg.tree.map((p, g) => p.sub(g.mul(0.05)), params, gradient);
};
const start = net.init(mg.Rng.seed(0));
console.log(`A gradient step:\n\n${mg.explain(step, start).split("\n\n").slice(1).join("\n\n")}\n`);

/** Milliseconds a step, and the loss after 100 of them. */
function run(update: typeof step): { each: number; final: number } {
  let params = update(start); // the first call compiles
  const begin = performance.now();
  for (let k = 1; k < 100; k++) params = update(params);
  return { each: (performance.now() - begin) / 99, final: loss(params, { x, y: x.square() }).item() };
}
const [eager, compiled] = [run(step), run(mg.compile(step, { donate: [0] }))];
console.log(`eager:    ${eager.each.toFixed(2)} ms a step, loss ${eager.final.toFixed(5)} after 100`);
console.log(`compiled: ${compiled.each.toFixed(2)} ms a step, loss ${compiled.final.toFixed(5)} after 100`);
assert.ok(Math.abs(eager.final / compiled.final - 1) < 1e-3);
assert.ok(compiled.each < eager.each);
