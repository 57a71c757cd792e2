import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import { isElementwise } from "../../tensor/elementwise.js";
import {
  and,
  less,
  matmul,
  mul,
  or,
  sigmoid,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from "../../tensor/index.js";
import type { Equation, Program, Variable } from "../../tensor/program.js";
import { sameShape } from "../../tensor/shape.js";
import { programOf } from "../compile.js";
import { drawInput, programs, runInstructions, type Style } from "../testing/random-program.js";
import { type Fusion, fuse, isView, type Unit } from "./fuse.js";

const equationsOf = (unit: Unit): readonly Equation[] =>
  unit.kind === "loop" ? unit.members : [unit.equation];
const isReduction = ({ primitive }: Equation) => primitive === "sum" || primitive === "max";

/** Checks that the units can run in their order, each as one kernel. */
function checkFusion(program: Program, { units, recomputed, stored }: Fusion): void {
  const definitions = new Map(program.equations.flatMap((e) => e.outputs.map((v) => [v, e] as const)));
  const unitOf = new Map(units.flatMap((unit) => equationsOf(unit).map((e) => [e, unit] as const)));
  for (const e of program.equations) {
    const places = [unitOf.has(e), recomputed.has(e.outputs[0]!), isView(e.primitive)];
    expect(places.filter((yes) => yes).length, e.primitive).toBe(1);
  }
  expect(units.reduce((total, unit) => total + equationsOf(unit).length, 0)).toBe(unitOf.size);

  const ready = new Set<Variable>([...program.inputs, ...program.constants.keys()]);
  for (const unit of units) {
    const here = new Set<Variable>();
    const expectReady = (v: Variable, throughView: boolean): void => {
      if (ready.has(v)) return;
      if (here.has(v)) {
        expect(throughView, "a value of the same kernel is seen as it was computed").toBe(false);
        return;
      }
      const e = definitions.get(v)!;
      expect(recomputed.has(v) || isView(e.primitive), `${e.primitive} is there before it is used`).toBe(
        true,
      );
      for (const x of e.inputs) expectReady(x, throughView || isView(e.primitive));
    };
    for (const e of equationsOf(unit)) {
      for (const v of e.inputs) expectReady(v, false);
      if (unit.kind !== "loop") continue;
      expect(isElementwise(e.primitive) || isReduction(e)).toBe(true);
      const shape = isReduction(e) ? e.inputs[0]!.shape : e.outputs[0]!.shape;
      expect(sameShape(shape, unit.shape)).toBe(true);
      if (isReduction(e)) expect((e.params as { axes: readonly number[] }).axes).toEqual(unit.axes);
      else here.add(e.outputs[0]!); // what is folded is known only after the loop
    }
    // later kernels see what is stored
    for (const e of equationsOf(unit)) {
      for (const v of e.outputs) if (stored.has(v) || !here.has(v)) ready.add(v);
    }
  }
  for (const v of program.outputs) {
    let source = v;
    while (!ready.has(source)) {
      const e = definitions.get(source)!;
      expect(isView(e.primitive), "results are stored").toBe(true);
      source = e.inputs[0]!;
    }
  }
}

const lengths = (fusion: Fusion) => fusion.units.map((unit) => equationsOf(unit).length);
const fusionOf = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => fuse(programOf(f, xs));

describe("fusion", () => {
  it("of random programs puts each operation in one kernel, after what it needs", () => {
    const property = fc.property(
      programs(25),
      fc.constantFrom<Style>("exact", "smooth"),
      ({ shapes, instructions }, style) => {
        const xs = shapes.map((shape, i) => drawInput(shape, style, Rng.seed(i)));
        const program = programOf((...list: Tensor[]) => runInstructions(instructions, list, style), xs);
        checkFusion(program, fuse(program));
      },
    );
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  const x = tensor([
    [1, 2],
    [3, 4],
  ]);

  it("makes one kernel of a chain, and of the sum at its end", () => {
    const fusion = fusionOf((a) => sum(tanh(sigmoid(a).mul(a))), x);
    expect(lengths(fusion)).toEqual([4]);
  });

  it("makes one kernel of two chains that meet", () => {
    expect(lengths(fusionOf((a) => tanh(a).mul(sigmoid(a)), x))).toEqual([3]);
  });

  it("waits for a whole sum before its first use", () => {
    const fusion = fusionOf((a) => tanh(tanh(a).sub(sum(tanh(a), 0, { keepDims: true }))), x);
    expect(fusion.units.length).toBe(2);
  });

  it("keeps apart what sees a value transposed", () => {
    const fusion = fusionOf((a) => {
      const t = tanh(sigmoid(a));
      return sigmoid(transpose(t).mul(t));
    }, x);
    expect(fusion.units.length).toBe(2);
  });

  it("makes no cycle through a product between two parts of a chain", () => {
    // sigmoid(t) needs t twice: as it is, and through the product
    const fusion = fusionOf((a) => {
      const t = tanh(a);
      return mul(sigmoid(t), matmul(t, t));
    }, x);
    expect(fusion.units.map(({ kind }) => kind)).toEqual(["loop", "single", "loop"]);
  });

  it("follows conditions made of one another once, not along each of 2^40 paths", () => {
    const fusion = fusionOf((a) => {
      let condition = less(a, 1);
      for (let i = 0; i < 40; i++) condition = and(condition, or(condition, less(a, i)));
      return condition.cast("float32");
    }, x);
    expect(fusion.units.length).toBe(1); // else this never ends
  });
});
