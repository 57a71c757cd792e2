import { describe, expect, it } from "vitest";
import { Rng } from "../../random/index.js";
import {
  add,
  conv2d,
  grad,
  matmul,
  mul,
  patches,
  sum,
  type Tensor,
  transpose,
  vmap,
} from "../../tensor/index.js";
import { bind1 } from "../../tensor/trace.js";
import { executableOf } from "../compile.js";
import { showPlan } from "../explain.js";
import { describeBuilds, expectCompiled } from "../testing/compare.js";
import { drawInput } from "../testing/random-program.js";
import { productFlops, type Step } from "./plan.js";

const normal = (seed: number, ...shape: number[]) => drawInput(shape, "smooth", Rng.seed(seed));

/** Kinds of the kernels of a plan, in their order; of convolutions the result. */
function kinds(f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]): string[] {
  const visit = (steps: readonly Step[]): string[] =>
    steps.flatMap((step) => {
      if (step.kind === "loop") return visit(step.body);
      return [step.kernel.kind === "convolution" ? step.kernel.result : step.kernel.kind];
    });
  return visit(executableOf(f, xs).plan.steps);
}

const convolutions = (list: readonly string[]) =>
  list.filter((kind) => kind === "output" || kind === "filter" || kind === "input");
const columns = (list: readonly string[]) => list.filter((kind) => kind === "patches" || kind === "unpatch");

const layer = (x: Tensor, filter: Tensor) => conv2d(x, filter, { stride: 2, padding: 1 });
const loss = (x: Tensor, filter: Tensor) => sum(layer(x, filter).square());
/** The gradient of a squared gradient: every product that a meta-gradient takes. */
const curvature = (x: Tensor, filter: Tensor) => {
  const squared = (v: Tensor, w: Tensor) => {
    const [dx, dw] = grad(([a, b]: readonly [Tensor, Tensor]) => loss(a, b))([v, w]);
    return add(sum(dx.square()), sum(dw.square()));
  };
  return grad(([v, w]: readonly [Tensor, Tensor]) => squared(v, w))([x, filter]);
};

describe("convolutions in a plan", () => {
  it("leave no columns in memory, to any order", () => {
    const [x, filter] = [normal(0, 2, 7, 6, 8), normal(1, 3, 3, 8, 16)];
    expect(convolutions(kinds(layer, x, filter))).toEqual(["output"]);
    const second = kinds(curvature, x, filter);
    expect(columns(second)).toEqual([]);
    expect(new Set(convolutions(second))).toEqual(new Set(["output", "filter", "input"]));
  });

  it("count the operations that they do: none for taps in the padding", () => {
    const { plan } = executableOf(layer, [normal(0, 2, 7, 7, 8), normal(1, 3, 3, 8, 16)]);
    expect(productFlops(plan)).toBe(2 * 2 * (10 * 10) * 8 * 16); // along each axis 2 + 3 + 3 + 2 taps
    expect(showPlan(plan)).toContain("[2, 7, 7, 8] by [3, 3, 8, 16] to output");
  });

  it("keep the columns where channels or features are few", () => {
    expect(kinds(layer, normal(0, 2, 7, 7, 1), normal(1, 3, 3, 1, 16))).toEqual(["patches", "matmul"]);
    expect(kinds(layer, normal(0, 2, 7, 7, 8), normal(1, 3, 3, 8, 2))).toEqual(["patches", "matmul"]);
  });

  it("give the columns to whatever else reads them, after all", () => {
    const both = (x: Tensor, filter: Tensor) => {
      const shown = patches(x, [3, 3], { stride: 2, padding: 1 });
      const rows = shown.reshape(-1, 72);
      return [matmul(rows, filter.reshape(72, 8)), sum(mul(rows, rows), 0), shown] as const;
    };
    const args = [normal(0, 2, 7, 7, 8), normal(1, 3, 3, 8, 8)] as const;
    const list = kinds(both as never, ...args);
    expect(list.filter((kind) => kind === "patches")).toHaveLength(1);
    expect(convolutions(list)).toEqual(["output"]);
    expectCompiled("simd", both, [...args], 1e-5);
  });

  it("give a product that is unpatched to whatever else reads it", () => {
    const both = (y: Tensor, w: Tensor) => {
      const product = matmul(y, w);
      const params = {
        kernel: [3, 3],
        stride: [2, 2],
        pad: [
          [1, 1],
          [1, 1],
        ],
        height: 7,
        width: 7,
      } as const;
      return [bind1("unpatch", [product.reshape(2, 4, 4, 3, 3, 8)], params), sum(product.square())] as const;
    };
    const args = [normal(0, 32, 8), normal(1, 8, 72)] as const;
    expect(convolutions(kinds(both as never, ...args))).toEqual(["input"]);
    expectCompiled("simd", both, [...args], 1e-5);
  });

  it("are not made of columns in another order", () => {
    const swapped = (x: Tensor, filter: Tensor) => {
      const shown = patches(x, [3, 3], { stride: 2, padding: 1 }); // [2, 4, 4, 3, 3, 8]
      return matmul(transpose(shown, [0, 2, 1, 3, 4, 5]).reshape(-1, 72), filter.reshape(72, 8));
    };
    const args = [normal(0, 2, 7, 7, 8), normal(1, 3, 3, 8, 8)] as const;
    expect(convolutions(kinds(swapped, ...args))).toEqual([]);
    expectCompiled("simd", swapped, [...args], 1e-5);
  });
});

describeBuilds("compiled convolutions", (build) => {
  it("agree with the reference to second order", () => {
    const args: [Tensor, Tensor] = [normal(2, 3, 7, 7, 9), normal(3, 3, 3, 9, 12)];
    expectCompiled(build, layer, args, 1e-5);
    expectCompiled(build, curvature, args, 1e-5);
  });

  it("agree with the reference where each task has its own filter, or all share one", () => {
    const [x, own, shared] = [normal(4, 3, 2, 7, 7, 8), normal(5, 3, 3, 3, 8, 8), normal(6, 3, 3, 8, 8)];
    const each = (xs: Tensor, ws: Tensor) => vmap(curvature)(xs, ws);
    const all = (xs: Tensor, w: Tensor) => vmap(curvature, { axes: [0, null] })(xs, w);
    expect(columns(kinds(each as never, x, own))).toEqual([]);
    expectCompiled(build, each, [x, own], 1e-5);
    expectCompiled(build, all, [x, shared], 1e-5);
  });
});
