import { NonFiniteError } from "../errors.js";
import { expectFunction } from "../tensor/operand.js";
import { describeNonFinite, locateNonFinite } from "./non-finite.js";

/**
 * Says where a training step goes wrong: throws, if its results are not finite, an error that names the first
 * operation that was not, its operands, and what can be done where that is known.
 *
 * For a loop of your own whose loss has become NaN: call it with the step and what the step was given. It takes the
 * step once more on the slow eager reference, so call it when a loss is not finite, not at every step. A state that is
 * donated is gone by then: look at the loss before the next step, or do without `donate` while you search.
 *
 * @param step the compiled function, or the one that was compiled
 * @throws NonFiniteError
 *
 * @example
 * const step = compile((w: Tensor, x: Tensor) => w.sub(grad((v: Tensor) => v.mul(x).sum())(w)));
 * const [w, x] = [tensor([1, 2]), tensor([3, 4])];
 * const next = step(w, x);
 * if (!next.data().every(Number.isFinite)) checkFinite(step, w, x);
 */
export function checkFinite<Args extends readonly unknown[]>(
  step: (...args: Args) => unknown,
  ...args: Args
): void {
  expectFunction("checkFinite", step);
  const found = locateNonFinite(step, ...args);
  if (found === null) return;
  throw new NonFiniteError(`checkFinite: results must be finite. First: ${describeNonFinite(found)}`);
}
