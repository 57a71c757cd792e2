/**
 * Simplifications that hold for every input, one primitive an entry.
 *
 * A rule returns a variable that equals the primitive's result, or undefined where it knows nothing better.
 * Sums and products of zeros and ones, structure that cancels, products of thin matrices as element-wise work
 * that fuses with its neighbours. NaN and infinities come out as they do without the rule; the sign of a 0 may not.
 *
 * @module
 */

import { allocate } from "../../tensor/dtype.js";
import { evaluate } from "../../tensor/eager/evaluate.js";
import { eachElementwise, isElementwise } from "../../tensor/elementwise.js";
import type { Primitive, PrimitiveParams } from "../../tensor/primitives.js";
import type { Variable } from "../../tensor/program.js";
import { type Shape, sameShape, sizeOf } from "../../tensor/shape.js";
import { shapeRules } from "../../tensor/shape-rules.js";
import type { Builder } from "./builder.js";
import {
  broadcastOfReshape,
  reshapeOfBroadcast,
  sumOfBroadcast,
  sumOfReshape,
  sumOfSum,
  thinProduct,
  transposeInside,
  underReshape,
  unpatchOfSum,
} from "./rewrites.js";

export type AlgebraRule<P extends Primitive> = (
  b: Builder,
  inputs: readonly Variable[],
  params: PrimitiveParams[P],
) => Variable | undefined;

type Rules = { readonly [P in Primitive]?: AlgebraRule<P> };

/** Tries rules in order. */
const first =
  <P extends Primitive>(...rules: readonly AlgebraRule<P>[]): AlgebraRule<P> =>
  (b, inputs, params) => {
    for (const rule of rules) {
      const result = rule(b, inputs, params);
      if (result) return result;
    }
    return undefined;
  };

/** Replaces an operation on constants by its value, and one on operands that are repeated alike by the same on what is repeated. */
const onSources =
  <P extends Primitive>(primitive: P): AlgebraRule<P> =>
  (b, inputs, params) => {
    const [{ shape } = { shape: [] as Shape }] = inputs;
    const values = inputs.map((v) => b.uniformValue(v));
    if (!isElementwise(primitive)) return undefined;
    if (values.every((value) => value !== undefined)) {
      const scalars = inputs.map(({ dtype }, i) => {
        const data = allocate(dtype, 1);
        data[0] = values[i]!;
        return { shape: [], dtype, data };
      });
      const [spec] = shapeRules[primitive](scalars, params as never);
      const [data] = evaluate[primitive](scalars, params as never, [spec!]);
      return b.uniform(data![0]!, spec!.dtype, shape);
    }
    const sources = inputs.map((v, i) =>
      values[i] === undefined ? b.definition(v, "broadcast")?.inputs[0] : v,
    );
    const repeated = sources.find((_, i) => values[i] === undefined);
    if (!repeated || sizeOf(repeated.shape) >= sizeOf(shape)) return undefined;
    if (
      sources.some(
        (s, i) => s === undefined || (values[i] === undefined && !sameShape(s.shape, repeated.shape)),
      )
    )
      return undefined;
    const small = sources.map((s, i) =>
      values[i] === undefined ? s! : b.uniform(values[i]!, s!.dtype, repeated.shape),
    );
    return b.emit("broadcast", [b.emit(primitive, small, params)], { shape });
  };

/** x, but Infinity for -Infinity and 0 for -0: then its root is x^½. */
function squareRootable(b: Builder, x: Variable): Variable {
  const is = (value: number) => b.emit("equal", [x, b.uniform(value, x.dtype, x.shape)], {});
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
  const [zero, infinity] = [0, POSITIVE_INFINITY].map((value) => b.uniform(value, x.dtype, x.shape));
  return b.emit("select", [is(0), zero!, b.emit("select", [is(NEGATIVE_INFINITY), infinity!, x], {})], {});
}

/** An operand that is this constant vanishes. */
const neutral =
  <P extends "add" | "sub" | "mul" | "div" | "pow">(value: number, sides: "right" | "both"): AlgebraRule<P> =>
  (b, [x, y]) => {
    if (b.uniformValue(y!) === value) return x;
    return sides === "both" && b.uniformValue(x!) === value ? y : undefined;
  };

/** What holds for every element-wise primitive. */
const elementwise: Rules = eachElementwise((primitive) =>
  first(onSources(primitive), underReshape(primitive)),
);

export const algebra: Rules = {
  ...elementwise,
  neg: first(onSources("neg"), underReshape("neg"), (b, [x]) => b.definition(x!, "neg")?.inputs[0]),
  add: first(
    onSources("add"),
    underReshape("add"),
    neutral(0, "both"),
    (b, [x, y]) => {
      const negated = b.definition(y!, "neg")?.inputs[0]; // x + -y = x - y
      return negated && b.emit("sub", [x!, negated], {});
    },
    (b, [x, y]) => {
      const negated = b.definition(x!, "neg")?.inputs[0]; // -x + y = y - x
      return negated && b.emit("sub", [y!, negated], {});
    },
  ),
  sub: first(
    onSources("sub"),
    underReshape("sub"),
    neutral(0, "right"),
    (b, [x, y]) => (b.uniformValue(x!) === 0 ? b.emit("neg", [y!], {}) : undefined),
    (b, [x, y]) => {
      const negated = b.definition(y!, "neg")?.inputs[0]; // x - -y = x + y
      return negated && b.emit("add", [x!, negated], {});
    },
  ),
  mul: first(onSources("mul"), underReshape("mul"), neutral(1, "both"), (b, [x, y]) => {
    const [scale, rest] =
      b.uniformValue(x!) === undefined ? [b.uniformValue(y!), x!] : [b.uniformValue(x!), y!];
    if (scale === -1) return b.emit("neg", [rest], {});
    if (scale === undefined) return undefined;
    const negated = b.definition(rest, "neg")?.inputs[0]; // -x · c = x · -c
    return negated && b.emit("mul", [negated, b.uniform(-scale, rest.dtype, rest.shape)], {});
  }),
  div: first(onSources("div"), underReshape("div"), neutral(1, "right")),
  pow: first(onSources("pow"), underReshape("pow"), neutral(1, "right"), (b, [x, y]) => {
    const exponent = b.uniformValue(y!);
    if (exponent === 2) return b.emit("mul", [x!, x!], {});
    if (exponent === 0) return b.uniform(1, x!.dtype, x!.shape);
    return exponent === 0.5 ? b.emit("sqrt", [squareRootable(b, x!)], {}) : undefined;
  }),
  select: first(onSources("select"), underReshape("select"), (b, [condition, x, y]) => {
    const value = b.uniformValue(condition!);
    if (value !== undefined) return value ? x : y;
    if (x === y) return x;
    const inverted = b.definition(condition!, "not")?.inputs[0];
    return inverted && b.emit("select", [inverted, y!, x!], {});
  }),
  cast: first(onSources("cast"), underReshape("cast"), (_, [x], { dtype }) =>
    x!.dtype === dtype ? x : undefined,
  ),
  stopGradient: (_, [x]) => x,
  checkIndex: (_, [index]) => index, // kernels cannot stop: they make NaN of what is out of range

  broadcast: (b, [x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x;
    const inner = b.definition(x!, "broadcast");
    return inner ? b.emit("broadcast", inner.inputs, { shape }) : broadcastOfReshape(b, x!, shape);
  },
  reshape: (b, [x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x;
    const value = b.uniformValue(x!);
    if (value !== undefined && x!.shape.length > 0) return b.uniform(value, x!.dtype, shape);
    const inner = b.definition(x!, "reshape");
    if (inner) return b.emit("reshape", inner.inputs, { shape });
    return reshapeOfBroadcast(b, x!, shape);
  },
  transpose: (b, [x], { permutation }) => {
    if (permutation.every((axis, i) => axis === i)) return x;
    const value = b.uniformValue(x!);
    if (value !== undefined)
      return b.uniform(
        value,
        x!.dtype,
        permutation.map((axis) => x!.shape[axis]!),
      );
    const inner = b.definition(x!, "transpose");
    if (inner)
      return b.emit("transpose", inner.inputs, {
        permutation: permutation.map((axis) => inner.params.permutation[axis]!),
      });
    const moved = permutation.filter((axis) => x!.shape[axis] !== 1);
    const inOrder = moved.every((axis, i) => i === 0 || axis > moved[i - 1]!); // only axes of size 1 move
    if (inOrder) return b.emit("reshape", [x!], { shape: permutation.map((axis) => x!.shape[axis]!) });
    return transposeInside(b, x!, permutation);
  },
  slice: (b, [x], { starts, limits, strides }) => {
    const shape = starts.map((start, axis) => Math.ceil((limits[axis]! - start) / strides[axis]!));
    if (sameShape(shape, x!.shape)) return x;
    const value = b.uniformValue(x!);
    return value === undefined ? undefined : b.uniform(value, x!.dtype, shape);
  },
  flip: (b, [x], { axes }) =>
    b.uniformValue(x!) !== undefined || axes.every((axis) => x!.shape[axis] === 1) ? x : undefined,
  concatenate: (_, inputs) => (inputs.length === 1 ? inputs[0] : undefined),

  sum: (b, [x], { axes }) => {
    if (axes.length === 0) return x;
    const shape = x!.shape.filter((_, axis) => !axes.includes(axis));
    if (axes.every((axis) => x!.shape[axis] === 1)) return b.emit("reshape", [x!], { shape });
    const repeated = b.definition(x!, "broadcast");
    const scaled = repeated && sumOfBroadcast(b, repeated.inputs[0]!, x!.shape, axes, shape);
    return scaled ?? sumOfReshape(b, x!, axes, shape) ?? sumOfSum(b, x!, axes);
  },
  max: (b, [x], { axes }) => {
    const shape = x!.shape.filter((_, axis) => !axes.includes(axis));
    if (axes.every((axis) => x!.shape[axis] === 1)) return b.emit("reshape", [x!], { shape });
    const value = b.uniformValue(x!);
    return value !== undefined && sizeOf(x!.shape) > 0 ? b.uniform(value, x!.dtype, shape) : undefined;
  },
  matmul: (b, [x, y]) => thinProduct(b, x!, y!),
  topK: (b, [x], { k }) => {
    const length = x!.shape.at(-1)!;
    if (k <= 2 * (32 - Math.clz32(length))) return undefined;
    const order = b.emit("argsort", [x!], { descending: true }); // a whole sort is cheaper than k searches
    const starts = x!.shape.map(() => 0);
    return b.emit("slice", [order], {
      starts,
      limits: [...x!.shape.slice(0, -1), k],
      strides: starts.map(() => 1),
    });
  },
  unpatch: (b, [x], params) => unpatchOfSum(b, x!, params),
};
