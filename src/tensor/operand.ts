/**
 * What is refused where a tensor is expected, and how it becomes one.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import type { TypedArray } from "./dtype.js";
import { Tensor } from "./tensor.js";

/** Checks operands. @throws ShapeError that says what came, and what makes a tensor of it */
export function expectTensors(who: string, ...operands: readonly unknown[]): void {
  for (const operand of operands) {
    if (operand instanceof Tensor) continue;
    throw new ShapeError(`${who}: expected a tensor, got ${describeOperand(operand)}`);
  }
}

/** Says what a value is that is no tensor, and what makes a tensor of it. */
export function describeOperand(value: unknown): string {
  if (isHostArray(value)) {
    return "an array on the host. toTensors makes tensors of all arrays that a sampler drew";
  }
  if (ArrayBuffer.isView(value)) {
    return `a ${value.constructor.name}. tensor(data, { shape }) makes a tensor of it`;
  }
  if (Array.isArray(value)) return "an array. tensor([…]) makes a tensor of numbers, stack([…]) of tensors";
  if (typeof value === "number") return `number ${value}. scalar(${value}) makes a tensor of it`;
  if (typeof value === "object" && value !== null)
    return `an object of ${value.constructor?.name || "no class"}`;
  return String(value);
}

/** Whether it is an array as samplers draw them: `{ shape, dtype, data }`. */
export function isHostArray(
  value: unknown,
): value is { readonly shape: readonly number[]; readonly data: TypedArray } {
  if (typeof value !== "object" || value === null || value instanceof Tensor) return false;
  const { shape, data } = value as { readonly shape?: unknown; readonly data?: unknown };
  return Array.isArray(shape) && ArrayBuffer.isView(data);
}

/** Checks a function that is to be transformed. @throws ShapeError */
export function expectFunction(who: string, f: unknown): void {
  if (typeof f === "function") return;
  const got = f instanceof Tensor ? "a tensor" : describeOperand(f);
  throw new ShapeError(`${who}: expected a function of tensors, got ${got}`);
}
