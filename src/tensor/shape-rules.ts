/**
 * Shape and type of every primitive's results, and the refusal of operands that do not fit.
 *
 * @module
 */
import { ShapeError } from "../errors.js";
import { type DType, isFloat } from "./dtype.js";
import { eachElementwise, type OperandTypes } from "./elementwise.js";
import type { Primitive, PrimitiveParams } from "./primitives.js";
import { broadcastShapes, normalizeAxis, type Spec, sameShape, show, showSpec, sizeOf } from "./shape.js";

type ShapeRule<P extends Primitive> = (inputs: readonly Spec[], params: PrimitiveParams[P]) => Spec[];

const shows = (inputs: readonly Spec[]) => inputs.map(showSpec).join(", ");

/** Checks the number of operands and that they agree in shape and type. */
function alike(who: Primitive, inputs: readonly Spec[], types: OperandTypes): Spec {
  const [first] = inputs;
  for (const input of inputs) {
    if (!accepts[types](input.dtype))
      throw new ShapeError(`${who}: operands must be ${types}, got ${shows(inputs)}`);
    if (input.dtype !== first!.dtype) {
      throw new ShapeError(`${who}: operands must have one dtype, got ${shows(inputs)}. Use cast(x, dtype)`);
    }
    if (!sameShape(input.shape, first!.shape)) {
      throw new ShapeError(`${who}: operands must have one shape, got ${shows(inputs)}`);
    }
  }
  return first!;
}

const isCount = (n: number) => Number.isInteger(n) && n >= 0;

const accepts: Readonly<Record<OperandTypes, (dtype: DType) => boolean>> = {
  float: isFloat,
  "float or int32": (dtype) => dtype !== "bool",
  bool: (dtype) => dtype === "bool",
  any: () => true,
};

/** Operands of one shape and type; their shape, and their type or bool. */
const elementwise = eachElementwise((who, { takes, gives }) => (inputs: readonly Spec[]): Spec[] => {
  const { shape, dtype } = alike(who, inputs, takes);
  return [{ shape, dtype: gives === "bool" ? "bool" : dtype }];
});

/** Shape and type of each primitive's results. @throws ShapeError when the operands do not fit */
export const shapeRules: { readonly [P in Primitive]: ShapeRule<P> } = {
  ...elementwise,
  select: (inputs) => {
    const [condition, a, b] = inputs as [Spec, Spec, Spec];
    if (condition.dtype !== "bool" || !sameShape(condition.shape, a.shape)) {
      throw new ShapeError(`select: condition must be bool${show(a.shape)}, got ${showSpec(condition)}`);
    }
    return [alike("select", [a, b], "any")];
  },
  cast: ([x], { dtype }) => [{ shape: x!.shape, dtype }],
  stopGradient: ([x]) => [x!],
  checkIndex: ([index], { what }) => {
    if (index!.dtype !== "int32") {
      throw new ShapeError(`${what} must be int32, got ${showSpec(index!)}. Use cast(x, "int32")`);
    }
    return [index!];
  },
  barrier: (inputs) => [...inputs],
  broadcast: ([x], { shape }) => {
    const fits =
      x!.shape.length <= shape.length && sameShape(broadcastShapes(x!.shape, shape, "broadcast"), shape);
    if (!fits) throw new ShapeError(`broadcast: ${show(x!.shape)} does not broadcast to ${show(shape)}`);
    return [{ shape, dtype: x!.dtype }];
  },
  reshape: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape)) {
      throw new ShapeError(`reshape: sizes must agree, got ${show(x!.shape)} to ${show(shape)}`);
    }
    return [{ shape, dtype: x!.dtype }];
  },
  transpose: ([x], { permutation }) => {
    const rank = x!.shape.length;
    if (
      permutation.length !== rank ||
      new Set(permutation).size !== rank ||
      permutation.some((p) => !(p in x!.shape))
    ) {
      throw new ShapeError(
        `transpose: expected a permutation of ${rank} axes, got [${permutation}] for ${show(x!.shape)}`,
      );
    }
    return [{ shape: permutation.map((p) => x!.shape[p]!), dtype: x!.dtype }];
  },
  flip: ([x], { axes }) => {
    for (const axis of axes) normalizeAxis(axis, x!.shape.length, "flip");
    return [x!];
  },
  slice: ([x], { starts, limits, strides }) => {
    const shape = x!.shape.map((extent, axis) => {
      const [start, limit, stride] = [starts[axis]!, limits[axis]!, strides[axis]!];
      const whole = [start, limit, stride].every(Number.isInteger);
      if (!(whole && start >= 0 && start <= limit && limit <= extent && stride >= 1)) {
        throw new ShapeError(
          `slice: expected integers 0 <= start <= limit <= ${extent} and stride >= 1 on axis ${axis}, got start ${start}, limit ${limit}, stride ${stride}`,
        );
      }
      return Math.ceil((limit - start) / stride);
    });
    return [{ shape, dtype: x!.dtype }];
  },
  pad: ([x], { low, high, interior }) => {
    const shape = x!.shape.map((extent, axis) => {
      if (![low[axis]!, high[axis]!, interior[axis]!].every(isCount)) {
        throw new ShapeError(
          `pad: paddings must be integers >= 0, got low [${low}], high [${high}], interior [${interior}]`,
        );
      }
      return low[axis]! + extent + Math.max(0, extent - 1) * interior[axis]! + high[axis]!;
    });
    return [{ shape, dtype: x!.dtype }];
  },
  concatenate: (inputs, { axis }) => {
    const [first] = inputs;
    if (!first) throw new ShapeError("concatenate: expected at least one tensor, got none");
    let total = 0;
    for (const { shape, dtype } of inputs) {
      const fits =
        dtype === first.dtype &&
        shape.length === first.shape.length &&
        shape.every((n, i) => i === axis || n === first.shape[i]);
      if (!fits)
        throw new ShapeError(`concatenate: tensors must agree but on axis ${axis}, got ${shows(inputs)}`);
      total += shape[axis]!;
    }
    return [{ shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype }];
  },
  patches: ([x], { kernel, stride, pad }) => {
    const [images, height, width, channels] = expectImages("patches", x!);
    const out = [0, 1].map((i) => {
      const extent = (i === 0 ? height : width) + pad[i]![0] + pad[i]![1];
      const counts = [kernel[i]! - 1, stride[i]! - 1, ...pad[i]!];
      if (!counts.every(isCount) || kernel[i]! > extent) {
        throw new ShapeError(
          `patches: window [${kernel}] with stride [${stride}] must fit the image padded by [${pad.join("; ")}], got ${show(x!.shape)}`,
        );
      }
      return Math.floor((extent - kernel[i]!) / stride[i]!) + 1;
    });
    return [{ shape: [images, out[0]!, out[1]!, kernel[0], kernel[1], channels], dtype: x!.dtype }];
  },
  unpatch: ([x], { height, width }) => {
    const { shape, dtype } = x!;
    if (shape.length !== 6) throw new ShapeError(`unpatch: expected patches of rank 6, got ${show(shape)}`);
    return [{ shape: [shape[0]!, height, width, shape[5]!], dtype }];
  },
  gather: (inputs, { batchRank }) => {
    const [x, index] = inputs as [Spec, Spec];
    expectIndex("gather", x, index, batchRank);
    return [{ shape: [...index.shape, ...x.shape.slice(batchRank + 1)], dtype: x.dtype }];
  },
  scatterAdd: (inputs, { batchRank, rows }) => {
    const [updates, index] = inputs as [Spec, Spec];
    expectIndex("scatterAdd", updates, index, batchRank);
    if (!isCount(rows)) throw new ShapeError(`scatterAdd: rows must be an integer >= 0, got ${rows}`);
    if (index.shape[batchRank] !== updates.shape[batchRank]) {
      throw new ShapeError(`scatterAdd: expected an index per row of updates, got ${shows(inputs)}`);
    }
    return [{ shape: updates.shape.map((n, axis) => (axis === batchRank ? rows : n)), dtype: updates.dtype }];
  },
  sum: ([x], { axes }) => [
    {
      shape: x!.shape.filter((_, axis) => !axes.includes(axis)),
      dtype: alike("sum", [x!], "float or int32").dtype,
    },
  ],
  max: ([x], { axes }) => [
    {
      shape: x!.shape.filter((_, axis) => !axes.includes(axis)),
      dtype: alike("max", [x!], "float or int32").dtype,
    },
  ],
  argMax: ([x], { axis }) => {
    alike("argMax", [x!], "float or int32");
    if (x!.shape[axis] === 0)
      throw new ShapeError(`argMax: axis ${axis} must not be empty, got ${show(x!.shape)}`);
    return [{ shape: x!.shape.filter((_, i) => i !== axis), dtype: "int32" }];
  },
  topK: ([x], { k }) => {
    alike("topK", [x!], "float or int32");
    const length = x!.shape.at(-1);
    if (length === undefined || !(Number.isInteger(k) && k >= 1 && k <= length)) {
      throw new ShapeError(
        `topK: k must be an integer in [1, size of the last axis], got ${k} for ${show(x!.shape)}`,
      );
    }
    return [{ shape: [...x!.shape.slice(0, -1), k], dtype: "int32" }];
  },
  argsort: ([x]) => {
    alike("argsort", [x!], "float or int32");
    if (x!.shape.length === 0) throw new ShapeError("argsort: expected at least one axis, got a scalar");
    return [{ shape: x!.shape, dtype: "int32" }];
  },
  recurrence: (inputs) => [alike("recurrence", inputs, "float")],
  matmul: (inputs) => {
    const [a, b] = inputs as [Spec, Spec];
    if (!isFloat(a.dtype) || a.dtype !== b.dtype)
      throw new ShapeError(`matmul: operands must be floats of one dtype, got ${shows(inputs)}`);
    if (a.shape.length < 2 || b.shape.length < 2)
      throw new ShapeError(`matmul: operands must have rank 2 or more, got ${shows(inputs)}`);
    if (a.shape.at(-1) !== b.shape.at(-2))
      throw new ShapeError(`matmul: inner sizes differ: ${show(a.shape)} · ${show(b.shape)}`);
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul");
    return [{ shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!], dtype: a.dtype }];
  },
  cholesky: ([x]) => [expectSquare("cholesky", x!)],
  triangularSolve: (inputs) => {
    const [l, b] = inputs as [Spec, Spec];
    const n = expectSquare("triangularSolve", l).shape.at(-1);
    const batch = show(l.shape.slice(0, -2));
    if (
      b.dtype !== l.dtype ||
      b.shape.length !== l.shape.length ||
      b.shape.at(-2) !== n ||
      show(b.shape.slice(0, -2)) !== batch
    ) {
      throw new ShapeError(
        `triangularSolve: right-hand side must be ${l.dtype}[..., ${n}, columns] with batch ${batch}, got ${showSpec(b)}`,
      );
    }
    return [b];
  },
  scan: (_, { body, numCarry, length }) =>
    body.outputs.map(({ shape, dtype }, i) =>
      i < numCarry ? { shape, dtype } : { shape: [length, ...shape], dtype },
    ),
  checkpoint: (_, { body }) => body.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  custom: (_, { body }) => body.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
};

function expectImages(who: string, { shape }: Spec): readonly [number, number, number, number] {
  if (shape.length !== 4)
    throw new ShapeError(`${who}: expected images [n, height, width, channels], got ${show(shape)}`);
  return shape as unknown as readonly [number, number, number, number];
}

function expectSquare(who: string, x: Spec): Spec {
  const { shape, dtype } = x;
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2) || !isFloat(dtype)) {
    throw new ShapeError(`${who}: expected a float batch of square matrices, got ${showSpec(x)}`);
  }
  return x;
}

function expectIndex(who: string, x: Spec, index: Spec, batchRank: number): void {
  const fits =
    index.dtype === "int32" &&
    index.shape.length === batchRank + 1 &&
    x.shape.length > batchRank &&
    sameShape(index.shape.slice(0, batchRank), x.shape.slice(0, batchRank));
  if (!fits) {
    throw new ShapeError(
      `${who}: expected an int32 index with the ${batchRank} leading axes of ${showSpec(x)} and one more, got ${showSpec(index)}`,
    );
  }
}
