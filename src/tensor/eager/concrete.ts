import { ShapeError } from "../../errors.js";
import { allocate, type DType, type TypedArray } from "../dtype.js";
import { type Spec, showSpec, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** Elements that lie elsewhere, and are copied when somebody looks. */
export abstract class Deferred {
  #data: TypedArray | undefined;

  /** @throws MetaError when they are gone */
  protected abstract read(): TypedArray;

  get data(): TypedArray {
    this.#data ??= this.read();
    return this.#data;
  }
}

/** One value in every element: constants of any shape cost nothing until somebody looks. */
export class Uniform extends Deferred {
  readonly value: number;
  readonly #spec: Spec;

  constructor(spec: Spec, value: number) {
    super();
    this.#spec = spec;
    this.value = stored(spec.dtype, value);
  }

  protected read(): TypedArray {
    const data = allocate(this.#spec.dtype, sizeOf(this.#spec.shape));
    return Object.is(this.value, 0) ? data : data.fill(this.value);
  }
}

/** What a typed array makes of a number. */
function stored(dtype: DType, value: number): number {
  const data = allocate(dtype, 1);
  data[0] = value;
  return data[0]!;
}

/** The elements of a tensor of the eager reference. */
export function dataOf(payload: unknown): TypedArray {
  return payload instanceof Deferred ? payload.data : (payload as TypedArray);
}

/**
 * The elements of a tensor, where they are known.
 *
 * @throws ShapeError while a transform traces the function
 */
export function concreteData(x: Tensor, who: string): TypedArray {
  if (x.trace.level === 0) return dataOf(x.payload);
  throw new ShapeError(
    `${who}: the value of ${showSpec(x)} is not known while ${x.trace.name} traces the function. Use select() instead of a branch, or move the branch outside`,
  );
}
