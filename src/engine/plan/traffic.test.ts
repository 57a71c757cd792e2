import { expect, it } from "vitest";
import { argMax, conv2d, matmul, sum, type Tensor, take, tensor, zeros } from "../../tensor/index.js";
import { bind1 } from "../../tensor/trace.js";
import { executableOf } from "../compile.js";
import { traffic } from "./traffic.js";

const first = (f: (...xs: Tensor[]) => unknown, ...xs: Tensor[]) => {
  const [step] = executableOf(f, xs).plan.steps;
  return step!.kind === "kernel" ? traffic(step!.kernel) : null;
};

it.each([
  ["a sum over an axis, plus a row that is repeated", (x, y) => sum(x!.add(y!), 1), [[5, 7], [7]], 42, 5],
  [
    "a batch of products with one right operand",
    (x, y) => matmul(x!, y!),
    [
      [3, 5, 4],
      [4, 6],
    ],
    84,
    90,
  ],
  ["a largest", (x) => argMax(x!, 1), [[3, 8]], 24, 3],
  [
    "windows",
    (x) =>
      bind1("patches", [x!], {
        kernel: [2, 2],
        stride: [1, 1],
        pad: [
          [0, 0],
          [0, 0],
        ],
      }),
    [[1, 3, 3, 2]],
    18,
    32,
  ],
  [
    "a convolution",
    (x, filter) => conv2d(x!, filter!, { padding: "valid" }),
    [
      [1, 3, 3, 8],
      [2, 2, 8, 8],
    ],
    328,
    32,
  ],
  ["rows that are chosen", (x) => take(x!, tensor([1, 0], { dtype: "int32" })), [[9, 4]], 10, 8],
  [
    "a solution",
    (l, b) => bind1("triangularSolve", [l!, b!], { transpose: false }),
    [
      [3, 3],
      [3, 2],
    ],
    15,
    6,
  ],
] as [string, (...xs: Tensor[]) => Tensor, number[][], number, number][])(
  "%s reads and writes each element once",
  (_, f, shapes, read, written) => {
    expect(first(f, ...shapes.map((shape) => zeros(shape)))).toEqual({ read, written });
  },
);
