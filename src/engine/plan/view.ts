/**
 * How a tensor lies in a buffer. Structure that only renames elements (transpose, broadcast, slice, most
 * reshapes) costs nothing: it changes the view.
 *
 * @module
 */
import { type Shape, stridesOf } from "../../tensor/shape.js";

/** Element `i` of the tensor is element `offset + Σ i[axis] · strides[axis]` of the buffer. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

export function contiguous(shape: Shape): View {
  return { shape, strides: stridesOf(shape), offset: 0 };
}

/** Whether the elements lie in row-major order without gaps; they may start anywhere. */
export function isContiguous({ shape, strides }: View): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 0) return true;
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Whether it is the whole buffer in row-major order. */
export function isWhole(view: View): boolean {
  return view.offset === 0 && isContiguous(view);
}

export function broadcastView(view: View, shape: Shape): View {
  const added = shape.length - view.shape.length;
  const strides = shape.map((n, axis) => {
    const from = axis - added;
    return from < 0 || (view.shape[from] === 1 && n !== 1) ? 0 : view.strides[from]!;
  });
  return { shape, strides, offset: view.offset };
}

export function transposeView({ shape, strides, offset }: View, permutation: readonly number[]): View {
  return {
    shape: permutation.map((axis) => shape[axis]!),
    strides: permutation.map((axis) => strides[axis]!),
    offset,
  };
}

export function flipView({ shape, strides, offset }: View, axes: readonly number[]): View {
  const last = axes.reduce((total, axis) => total + Math.max(0, shape[axis]! - 1) * strides[axis]!, 0);
  return { shape, strides: strides.map((s, axis) => (axes.includes(axis) ? -s : s)), offset: offset + last };
}

export function sliceView(
  view: View,
  shape: Shape,
  starts: readonly number[],
  steps: readonly number[],
): View {
  const offset = starts.reduce((total, start, axis) => total + start * view.strides[axis]!, view.offset);
  return { shape, strides: view.strides.map((s, axis) => s * steps[axis]!), offset };
}

/** The same elements under another shape, or null where the strides cannot say it. */
export function reshapeView(view: View, shape: Shape): View | null {
  // match groups of axes with equal numbers of elements; within a group the old strides must be those of one axis
  const old = view.shape.flatMap((n, axis) => (n === 1 ? [] : [{ n, stride: view.strides[axis]! }]));
  if (old.some(({ n }) => n === 0)) return { shape, strides: stridesOf(shape), offset: view.offset };
  const strides = new Array<number>(shape.length).fill(0);
  let from = old.length - 1;
  let axis = shape.length - 1;
  while (axis >= 0) {
    if (shape[axis] === 1) {
      strides[axis--] = 0;
      continue;
    }
    if (from < 0) return null;
    let { n, stride } = old[from]!;
    const unit = stride;
    from--;
    let product = 1;
    while (axis >= 0 && (product < n || shape[axis] === 1)) {
      strides[axis] = unit * product;
      product *= shape[axis]!;
      axis--;
      while (product > n && from >= 0) {
        if (old[from]!.stride !== stride * old[from + 1]!.n) return null;
        n *= old[from]!.n;
        stride = old[from]!.stride;
        from--;
      }
    }
    if (product !== n) return null;
  }
  return from < 0 ? { shape, strides, offset: view.offset } : null;
}
