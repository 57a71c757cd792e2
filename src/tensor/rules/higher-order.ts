/**
 * Derivatives of the primitives that hold a function: forward mode, and reverse mode as a pullback.
 *
 * The transforms that differentiate those functions are handed to the rules, which so know nothing of transforms.
 *
 * @module
 */

import { ShapeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { scanFlat } from "../loop.js";
import { zeros, zerosLike } from "../ops/create.js";
import { add } from "../ops/elementwise.js";
import type { Primitive, PrimitiveParams } from "../primitives.js";
import { evalProgram, type Program, trace } from "../program.js";
import type { Spec } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind } from "../trace.js";

/** A tangent or cotangent; null stands for zero, and for what has no derivative. */
export type MaybeTensor = Tensor | null;

type Flat = readonly Tensor[];

/** Forward mode of a function of flat lists. */
export type JvpFlat = (
  f: (args: Flat) => Flat,
  primals: Flat,
  tangents: readonly MaybeTensor[],
) => [results: Tensor[], tangents: MaybeTensor[]];

/** Reverse mode of a function of flat lists. */
export type VjpFlat = (
  f: (args: Flat) => Flat,
  primals: Flat,
) => [results: Tensor[], pullback: (cotangents: readonly MaybeTensor[]) => MaybeTensor[]];

export interface HigherOrderRule<P extends Primitive> {
  readonly kind: "higherOrder";
  readonly forward: (
    primals: readonly Tensor[],
    tangents: readonly MaybeTensor[],
    params: PrimitiveParams[P],
    jvp: JvpFlat,
  ) => [results: Tensor[], tangents: MaybeTensor[]];
  /**
   * Results, and the map from cotangents of the results to those of the operands. Null: reverse mode transposes
   * `forward`. Of operands that are not `moving`, no cotangent is asked for.
   */
  readonly reverse: (
    primals: readonly Tensor[],
    params: PrimitiveParams[P],
    moving: readonly boolean[],
    vjp: VjpFlat,
  ) => [results: Tensor[], pullback: (cotangents: readonly MaybeTensor[]) => MaybeTensor[]] | null;
}

const floats = <T extends Spec>(list: readonly T[]): T[] => list.filter(({ dtype }) => isFloat(dtype));

/** Puts the entries of `list` at the float places of `specs`, null elsewhere. */
function atFloats(specs: readonly Spec[], list: readonly MaybeTensor[]): MaybeTensor[] {
  let next = 0;
  return specs.map(({ dtype }) => (isFloat(dtype) ? list[next++]! : null));
}

/** The entries at float places, zeros for null. */
function denseFloats(specs: readonly Spec[], list: readonly MaybeTensor[]): Tensor[] {
  return specs.flatMap((spec, i) => (isFloat(spec.dtype) ? [list[i] ?? zeros(spec.shape, spec.dtype)] : []));
}

/** Cuts a list into consecutive parts. */
function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return list.slice(start - size, start);
  });
}

const barrier: HigherOrderRule<"barrier"> = {
  kind: "higherOrder",
  forward: (primals, tangents) => [bind("barrier", primals, {}), [...tangents]],
  reverse: (primals) => [bind("barrier", primals, {}), (cotangents) => [...cotangents]],
};

const checkpoint: HigherOrderRule<"checkpoint"> = {
  kind: "higherOrder",
  forward(primals, tangents, { body }, jvp) {
    const n = primals.length;
    const dual = (args: readonly Tensor[]) => {
      const [results, resultTangents] = jvp(
        (xs) => evalProgram(body, xs),
        args.slice(0, n),
        atFloats(primals, args.slice(n)),
      );
      return [...results, ...denseFloats(results, resultTangents)];
    };
    const args = [...primals, ...denseFloats(primals, tangents)];
    const { program, captures } = trace(dual, args, "checkpoint");
    const all = bind("checkpoint", [...args, ...captures], { body: program });
    const count = body.outputs.length;
    return [all.slice(0, count), atFloats(body.outputs, all.slice(count))];
  },
  reverse(primals, { body }, _, vjp) {
    const pullback = (cotangents: readonly MaybeTensor[]) => {
      // behind the barrier the values are new ones, known only once the cotangents are: nothing is kept till then
      const dense = denseFloats(body.outputs, cotangents);
      const held = bind("barrier", [...primals, ...dense], {});
      const [, pull] = vjp((xs) => evalProgram(body, xs), held.slice(0, primals.length));
      return pull(atFloats(body.outputs, held.slice(primals.length)));
    };
    return [bind("checkpoint", primals, { body }), pullback];
  },
};

const scan: HigherOrderRule<"scan"> = {
  kind: "higherOrder",
  forward(primals, tangents, params, jvp) {
    const { body, numConsts, numCarry, length, reverse } = params;
    const split = <T>(list: readonly T[]) =>
      [
        list.slice(0, numConsts),
        list.slice(numConsts, numConsts + numCarry),
        list.slice(numConsts + numCarry),
      ] as const;
    const groups = split(primals);
    const specs = split(body.inputs);
    const groupTangents = split(tangents);
    const duals = groups.map((group, i) => [...group, ...denseFloats(group, groupTangents[i]!)]);
    const sizes = duals.map((dual) => dual.length);

    const step = (args: readonly Tensor[]): Tensor[] => {
      const parts = cut(args, sizes);
      const values = parts.flatMap((part, i) => part.slice(0, groups[i]!.length));
      const moves = parts.flatMap((part, i) => atFloats(specs[i]!, part.slice(groups[i]!.length)));
      const [results, resultTangents] = jvp((xs) => evalProgram(body, xs), values, moves);
      const carry = results.slice(0, numCarry);
      const ys = results.slice(numCarry);
      return [
        ...carry,
        ...denseFloats(carry, resultTangents.slice(0, numCarry)),
        ...ys,
        ...denseFloats(ys, resultTangents.slice(numCarry)),
      ];
    };
    const all = scanFlat(step, { consts: duals[0]!, carry: duals[1]!, xs: duals[2]!, length, reverse });

    const carrySpecs = body.outputs.slice(0, numCarry);
    const ySpecs = body.outputs.slice(numCarry);
    const numCarryFloats = floats(carrySpecs).length;
    const ysStart = numCarry + numCarryFloats;
    return [
      [...all.slice(0, numCarry), ...all.slice(ysStart, ysStart + ySpecs.length)],
      [
        ...atFloats(carrySpecs, all.slice(numCarry, ysStart)),
        ...atFloats(ySpecs, all.slice(ysStart + ySpecs.length)),
      ],
    ];
  },

  // keeps the carry of each step, and computes the rest of the step again on the way back
  reverse(primals, params, _, vjp) {
    const { body, numConsts, numCarry, length, reverse } = params;
    const consts = primals.slice(0, numConsts);
    const xs = primals.slice(numConsts + numCarry);
    const keeping: Program = {
      ...body,
      outputs: [...body.outputs, ...body.inputs.slice(numConsts, numConsts + numCarry)],
    };
    const all = bind("scan", primals, { ...params, body: keeping });
    const results = all.slice(0, body.outputs.length);
    const carries = all.slice(body.outputs.length);
    const carrySpecs = body.outputs.slice(0, numCarry);

    const pullback = (cotangents: readonly MaybeTensor[]): MaybeTensor[] => {
      const carryCotangents = denseFloats(carrySpecs, cotangents.slice(0, numCarry));
      const yCotangents = denseFloats(results.slice(numCarry), cotangents.slice(numCarry));
      const constCotangents = floats(consts).map(zerosLike);
      const numMoving = carryCotangents.length;

      const step = (args: readonly Tensor[]): Tensor[] => {
        const sizes = [numConsts, numMoving, constCotangents.length, numCarry, xs.length, yCotangents.length];
        const [stepConsts, carryBar, constBar, carry, x, yBar] = cut(args, sizes) as [
          Tensor[],
          Tensor[],
          Tensor[],
          Tensor[],
          Tensor[],
          Tensor[],
        ];
        const inputs = [...stepConsts, ...carry, ...x];
        const [, pull] = vjp((flat) => evalProgram(body, flat), inputs);
        const bars = denseFloats(
          inputs,
          pull([...atFloats(carrySpecs, carryBar), ...atFloats(body.outputs.slice(numCarry), yBar)]),
        );
        const ofConsts = bars.slice(0, constBar.length).map((bar, i) => add(constBar[i]!, bar));
        const ofCarry = bars.slice(constBar.length, constBar.length + numMoving);
        return [...ofCarry, ...ofConsts, ...bars.slice(constBar.length + numMoving)];
      };
      const bars = scanFlat(step, {
        consts,
        carry: [...carryCotangents, ...constCotangents],
        xs: [...carries, ...xs, ...yCotangents],
        length,
        reverse: !reverse,
      });
      const ofConsts = atFloats(consts, bars.slice(numMoving, numMoving + constCotangents.length));
      const ofCarry = atFloats(carrySpecs, bars.slice(0, numMoving));
      return [...ofConsts, ...ofCarry, ...atFloats(xs, bars.slice(numMoving + constCotangents.length))];
    };
    return [results, pullback];
  },
};

// the rule is for the arguments; what is closed over has the plain derivative of the function
const custom: HigherOrderRule<"custom"> = {
  kind: "higherOrder",
  forward(primals, tangents, params, jvp) {
    const { numArgs, body } = params;
    const [args, captures] = cut(primals, [numArgs, primals.length - numArgs]) as [Tensor[], Tensor[]];
    const [argTangents, captureTangents] = cut(tangents, [numArgs, captures.length]) as [
      MaybeTensor[],
      MaybeTensor[],
    ];
    const results = bind("custom", primals, params);
    let moved: MaybeTensor[] = results.map(() => null);
    if (argTangents.some((t) => t !== null)) {
      if (!params.jvp) {
        throw new ShapeError(
          "customGradient: forward mode (jvp) needs a tangent rule, got only a reverse rule. Use customJvp, or grad and vjp only",
        );
      }
      const dense = args.map((x, i) => argTangents[i] ?? zerosLike(x));
      moved = evalProgram(params.jvp, [...args, ...dense, ...captures]);
    }
    if (captureTangents.some((t) => t !== null)) {
      const ofCaptures = (list: readonly Tensor[]) => evalProgram(body, [...args, ...list]);
      const [, plain] = jvp(ofCaptures, captures, captureTangents);
      moved = moved.map((t, i) => sumOf(t, plain[i]!));
    }
    return [results, moved.map((t, i) => (isFloat(body.outputs[i]!.dtype) ? t : null))];
  },
  reverse(primals, { numArgs, vjp: rule, body }, moving, vjp) {
    if (!rule) return null;
    const [args, captures] = cut(primals, [numArgs, primals.length - numArgs]) as [Tensor[], Tensor[]];
    const all = evalProgram(rule.forward, primals);
    const results = all.slice(0, body.outputs.length);
    const residuals = all.slice(body.outputs.length);
    const pullback = (cotangents: readonly MaybeTensor[]): MaybeTensor[] => {
      const dense = results.map((r, i) => cotangents[i] ?? zerosLike(r));
      const ofArgs = moving.slice(0, numArgs).includes(true)
        ? evalProgram(rule.backward, [...dense, ...residuals])
        : args.map(() => null);
      if (!moving.slice(numArgs).includes(true)) return [...ofArgs, ...captures.map(() => null)];
      const [, pull] = vjp((list) => evalProgram(body, [...args, ...list]), captures);
      return [...ofArgs, ...pull(results.map(({ dtype }, i) => (isFloat(dtype) ? cotangents[i]! : null)))];
    };
    return [results, pullback];
  },
};

function sumOf(a: MaybeTensor, b: MaybeTensor): MaybeTensor {
  return a === null || b === null ? (a ?? b) : add(a, b);
}

export const higherOrder = { barrier, checkpoint, scan, custom };
