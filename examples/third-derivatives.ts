/** Exact derivatives of any order: a Hessian-vector product, a third derivative, and a check of both. */
import assert from "node:assert/strict";
import { checkGradients, grad, hvp, jvp, type Tensor, tensor } from "metagrad";

/** Rosenbrock's valley, Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)². */
function valley(x: Tensor): Tensor {
  const [head, tail] = [x.slice([0], [x.size - 1]), x.slice([1])];
  const bend = tail.sub(head.square()).square().mul(100);
  return bend.add(head.mul(-1).add(1).square()).sum();
}

const x = tensor([-1.2, 1, 0.5], { dtype: "float64" });
const direction = tensor([1, 0, 0], { dtype: "float64" });

// the first column of the Hessian, without the Hessian: forward mode over reverse mode
const column = hvp(valley, x, direction);
console.log("∇²f · e₁       ", column.toArray());
assert.deepEqual(column.toArray(), [1200 * 1.44 - 400 + 2, 480, 0]); // 1200 x₁² − 400 x₂ + 2, −400 x₁

// transforms nest: the third derivative is the tangent of a Hessian-vector product
const [, third] = jvp((y: Tensor) => hvp(valley, y, direction), [x], [direction]);
console.log("∇³f · e₁ · e₁  ", third.toArray());
assert.deepEqual(third.toArray(), [2400 * -1.2, -400, 0]); // 2400 x₁, −400

// a gradient through a gradient step, the heart of MAML: d/dx f(x − α ∇f(x)) = (I − α ∇²f(x)) ∇f(x − α ∇f(x))
const step = (y: Tensor) => y.sub(grad(valley)(y).mul(1e-3));
const through = grad((y: Tensor) => valley(step(y)))(x);
const outer = grad(valley)(step(x));
const expected = outer.sub(hvp(valley, x, outer).mul(1e-3));
console.log("through a step ", through.toArray());
assert.ok(through.sub(expected).abs().max().item() < 1e-9);

const error = checkGradients((y: Tensor) => valley(step(y)), x, { tolerance: 1e-4 });
console.log(`against finite differences, to second order: within ${error.toExponential(0)}`);
