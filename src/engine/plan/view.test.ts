import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arange, reshape, type Tensor } from "../../tensor/index.js";
import { range, type Shape, sizeOf } from "../../tensor/shape.js";
import { bind1 } from "../../tensor/trace.js";
import {
  broadcastView,
  contiguous,
  flipView,
  isContiguous,
  isWhole,
  reshapeView,
  sliceView,
  transposeView,
  type View,
} from "./view.js";

/** The buffer's elements that the view shows, in order. */
function elements({ shape, strides, offset }: View): number[] {
  let at = [offset];
  shape.forEach((n, axis) => {
    at = at.flatMap((start) => range(n).map((i) => start + i * strides[axis]!));
  });
  return at;
}

const grid = (shape: Shape): Tensor => reshape(arange(sizeOf(shape)), shape);

/** A view, and the tensor that it shows: element i of the buffer is i. */
interface Seen {
  readonly view: View;
  readonly x: Tensor;
}

const steps: readonly ((seen: Seen, n: number) => Seen | null)[] = [
  ({ view, x }, n) => {
    const axes = range(x.rank).filter((axis) => (n >> axis) & 1);
    return { view: flipView(view, axes), x: bind1("flip", [x], { axes }) };
  },
  ({ view, x }, n) => {
    const permutation = range(x.rank).sort((a, b) => ((n >> a) & 3) - ((n >> b) & 3) || b - a);
    return { view: transposeView(view, permutation), x: bind1("transpose", [x], { permutation }) };
  },
  ({ view, x }, n) => {
    const starts = x.shape.map((size, i) => Math.min(size, (n >> i) & 1));
    const limits = x.shape.map((size, i) => Math.max(starts[i]!, size - ((n >> (i + 3)) & 1)));
    const strides = x.shape.map((_, i) => 1 + ((n >> (i + 6)) & 1));
    const y = bind1("slice", [x], { starts, limits, strides });
    return { view: sliceView(view, y.shape, starts, strides), x: y };
  },
  ({ view, x }, n) => {
    const shape = [...(n % 2 ? [2] : []), ...x.shape.map((size) => (size === 1 && n % 3 ? 3 : size))];
    if (sizeOf(shape) > 500) return null;
    return { view: broadcastView(view, shape), x: bind1("broadcast", [x], { shape }) };
  },
  ({ view, x }, n) => {
    const shape = splitting(x.size, n);
    const renamed = reshapeView(view, shape);
    return renamed && { view: renamed, x: reshape(x, shape) };
  },
];

function splitting(size: number, n: number): number[] {
  const shape: number[] = [];
  let rest = size;
  for (const p of [2, 2, 3, 5]) {
    if (rest > 0 && rest % p === 0 && (n >> shape.length) & 1) {
      shape.push(p);
      rest /= p;
    }
  }
  shape.splice(n % (shape.length + 1), 0, rest);
  if (n % 5 === 0) shape.splice(n % (shape.length + 1), 0, 1);
  return shape;
}

const sizes = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6), { maxLength: 4 });

describe("views", () => {
  it("of views of views show the elements that the operations give", () => {
    const property = fc.property(
      sizes,
      fc.array(fc.tuple(fc.nat(4), fc.nat(1023)), { maxLength: 6 }),
      (shape, list) => {
        let seen: Seen = { view: contiguous(shape), x: grid(shape) };
        for (const [op, n] of list) seen = steps[op]!(seen, n) ?? seen;
        expect(seen.view.shape).toEqual(seen.x.shape);
        expect(elements(seen.view)).toEqual(Array.from(seen.x.data()));
        const inOrder = elements(seen.view).every((at, i, all) => i === 0 || at === all[i - 1]! + 1);
        if (seen.x.size > 0) expect(isContiguous(seen.view)).toBe(inOrder);
      },
    );
    fc.assert(property, { numRuns: 1000, seed: 1 });
  });

  it("of everything in order are whole; those that start later are not", () => {
    expect(isWhole(contiguous([2, 3]))).toBe(true);
    const later = sliceView(contiguous([4, 3]), [2, 3], [2, 0], [1, 1]);
    expect([isContiguous(later), isWhole(later)]).toEqual([true, false]);
    expect(isContiguous(transposeView(contiguous([2, 3]), [1, 0]))).toBe(false);
    expect(isContiguous(transposeView(contiguous([1, 3]), [1, 0]))).toBe(true);
  });
});

describe("a reshape", () => {
  it("of elements in order never needs a copy", () => {
    const property = fc.property(sizes, fc.nat(1023), (shape, n) => {
      const renamed = reshapeView(contiguous(shape), splitting(sizeOf(shape), n));
      expect(renamed && isWhole(renamed)).toBe(true);
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  it.each([
    [
      "splits and merges the axes of a transpose that stay together",
      [4, 6],
      [1, 0],
      [2, 3, 2, 2],
      [3, 1, 12, 6],
    ],
    ["drops axes of size 1", [1, 4, 1, 3], [3, 2, 1, 0], [3, 4], [1, 3]],
  ] as const)("%s", (_, shape, permutation, to, strides) => {
    const view = transposeView(contiguous(shape), permutation);
    expect(reshapeView(view, to)?.strides).toEqual(strides);
  });

  it.each([
    ["merges axes that do not lie as one", [4, 6], [1, 0], [24]],
    ["mixes parts of two axes", [4, 6], [1, 0], [4, 6]],
  ] as const)("that %s needs a copy", (_, shape, permutation, to) => {
    expect(reshapeView(transposeView(contiguous(shape), permutation), to)).toBeNull();
  });

  it("keeps repetition where it does not mix with other axes", () => {
    const view = broadcastView(contiguous([3, 1]), [2, 3, 4]);
    expect(reshapeView(view, [2, 3, 2, 2])?.strides).toEqual([0, 1, 0, 0]);
    expect(reshapeView(view, [6, 4])).toBeNull();
  });
});
