import { ShapeError } from "../errors.js";
import type { DType, TypedArray } from "./dtype.js";
import { concreteData } from "./eager/concrete.js";
import * as elementwise from "./ops/elementwise.js";
import * as linalg from "./ops/linalg.js";
import * as reduce from "./ops/reduce.js";
import * as structure from "./ops/structure.js";
import { type Shape, showSpec, sizeOf } from "./shape.js";
import type { Trace } from "./trace.js";

/** What element-wise operations accept beside tensors; takes the dtype of the other operand. */
export type TensorLike = Tensor | number | boolean;

/**
 * An immutable n-dimensional array, or what stands for one while a transform traces a function.
 *
 * A handle: shape, element type, and the interpreter that knows its value. The methods are the operations of
 * `ops/`, for chains such as `p.sub(g.mul(lr))`.
 */
export class Tensor {
  /** Sizes of the axes, outermost first. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** The interpreter that this tensor belongs to. Internal. */
  readonly trace: Trace;
  /** What that interpreter knows of it. Internal. */
  readonly payload: unknown;

  /** Internal: use `tensor(data)` and its like. */
  constructor(shape: Shape, dtype: DType, trace: Trace, payload: unknown) {
    this.shape = shape;
    this.dtype = dtype;
    this.trace = trace;
    this.payload = payload;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The elements in row-major order; bools are bytes. Not to be written to.
   *
   * @throws ShapeError inside a transform, where the value is not known
   */
  data(): TypedArray {
    return concreteData(this, "data");
  }

  /**
   * The only element.
   *
   * @throws ShapeError when there is not exactly one, or inside a transform
   */
  item(): number {
    const data = concreteData(this, "item");
    if (data.length !== 1) throw new ShapeError(`item: expected one element, got ${showSpec(this)}`);
    return data[0]!;
  }

  /** The elements as nested arrays; a number for a scalar. */
  toArray(): unknown {
    const data = concreteData(this, "toArray");
    const build = (axis: number, offset: number, size: number): unknown => {
      if (axis === this.rank) return this.dtype === "bool" ? data[offset] !== 0 : data[offset];
      const step = size / this.shape[axis]!;
      return Array.from({ length: this.shape[axis]! }, (_, i) => build(axis + 1, offset + i * step, step));
    };
    return build(0, 0, this.size);
  }

  /** `float32[2, 3]`. */
  toString(): string {
    return showSpec(this);
  }

  /** Refuses `if (x > 0)` and `x + 1`, which would silently compare or add something else. */
  valueOf(): never {
    throw new ShapeError(
      `${showSpec(this)}: expected an operation such as x.add(1) or greater(x, 0), got a tensor used as a JavaScript value. Use item() outside of transforms, select() inside`,
    );
  }

  add(other: TensorLike): Tensor {
    return elementwise.add(this, other);
  }
  sub(other: TensorLike): Tensor {
    return elementwise.sub(this, other);
  }
  mul(other: TensorLike): Tensor {
    return elementwise.mul(this, other);
  }
  div(other: TensorLike): Tensor {
    return elementwise.div(this, other);
  }
  pow(exponent: TensorLike): Tensor {
    return elementwise.pow(this, exponent);
  }
  neg(): Tensor {
    return elementwise.neg(this);
  }
  abs(): Tensor {
    return elementwise.abs(this);
  }
  sqrt(): Tensor {
    return elementwise.sqrt(this);
  }
  square(): Tensor {
    return elementwise.square(this);
  }
  exp(): Tensor {
    return elementwise.exp(this);
  }
  log(): Tensor {
    return elementwise.log(this);
  }
  tanh(): Tensor {
    return elementwise.tanh(this);
  }
  relu(): Tensor {
    return elementwise.relu(this);
  }
  cast(dtype: DType): Tensor {
    return elementwise.cast(this, dtype);
  }
  sum(axes?: number | readonly number[], options?: reduce.ReduceOptions): Tensor {
    return reduce.sum(this, axes, options);
  }
  mean(axes?: number | readonly number[], options?: reduce.ReduceOptions): Tensor {
    return reduce.mean(this, axes, options);
  }
  max(axes?: number | readonly number[], options?: reduce.ReduceOptions): Tensor {
    return reduce.max(this, axes, options);
  }
  matmul(other: Tensor): Tensor {
    return linalg.matmul(this, other);
  }
  /** Swaps the last two axes, or permutes all. */
  transpose(permutation?: readonly number[]): Tensor {
    return structure.transpose(this, permutation);
  }
  /** `reshape(2, 5)` or `reshape([2, 5])`; one size may be -1: what is left. */
  reshape(...shape: readonly number[] | readonly [Shape]): Tensor {
    const [first] = shape;
    return structure.reshape(this, typeof first === "object" ? first : (shape as readonly number[]));
  }
  slice(starts: readonly number[], limits?: readonly number[]): Tensor {
    return structure.slice(this, starts, limits);
  }
}
