// @module-tag slow
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eachElementwise } from "../../tensor/elementwise.js";
import { call, i32 } from "../wasm/code.js";
import type { EmitContext } from "./context.js";
import type { Lane, LaneOp, LaneStep, LoopKernel, LoopOutput } from "./kernel.js";
import { memorySums } from "./loop/memory-sums.js";
import { emitLoop } from "./loop.js";
import { interpretLoop } from "./testing/interpret-loop.js";
import { compileKernel, type Words } from "./testing/run-kernel.js";

/** Emits the kernel behind a function that moves the addresses to the elements 0 of the arguments. */
function emitAt(kernel: LoopKernel, origins: readonly number[], context: EmitContext): number {
  const index = emitLoop(kernel, context);
  return context.module.define(Array(origins.length).fill("i32"), (fn) =>
    call(index, ...fn.params.map((param, i) => i32.add(param.get, i32.const(4 * origins[i]!)))),
  );
}

const UNTOUCHED = 123456;

/** Elements before element 0, and from it on, that strides reach. */
function spanOf(extents: readonly number[], strides: readonly number[]): [before: number, after: number] {
  if (extents.includes(0)) return [0, 0];
  let before = 0;
  let after = 1;
  extents.forEach((extent, d) => {
    const reach = (extent - 1) * strides[d]!;
    if (reach < 0) before -= reach;
    else after += reach;
  });
  return [before, after];
}

/** Runs the kernel and the interpreter on the same arrays, with margins that must stay as they are. */
function compare(kernel: LoopKernel, relaxed: boolean, fill: (lane: Lane, i: number) => number): void {
  const margin = 5;
  const origins: number[] = [];
  const allocate = (
    lane: Lane,
    extents: readonly number[],
    strides: readonly number[],
    value: (i: number) => number,
  ): Words => {
    const [before, after] = spanOf(extents, strides);
    origins.push(margin + before);
    const Type = lane === "float32" ? Float32Array : Int32Array;
    return new Type(before + after + 2 * margin).map((_, i) => value(i));
  };
  const laneOf = (value: number): Lane =>
    kernel.inputs[value]?.lane ?? kernel.steps[value - kernel.inputs.length]!.lane;
  const kept = kernel.extents.map((extent, d) => (kernel.reduced[d] ? 1 : extent));
  const outputs = kernel.outputs.map(({ value, strides, reduce }) =>
    allocate(laneOf(value), reduce ? kept : kernel.extents, strides, () => UNTOUCHED),
  );
  const inputs = kernel.inputs.map(({ lane, strides }) =>
    allocate(lane, kernel.extents, strides, (i) => fill(lane, i)),
  );
  const expected = outputs.map((array) => array.slice());
  interpretLoop(kernel, [...expected, ...inputs], origins);
  const before = inputs.map((array) => array.slice());
  compileKernel((context) => emitAt(kernel, origins, context), origins.length, { relaxed, pages: 8 }).run([
    ...outputs,
    ...inputs,
  ]);
  const unsigned = (array: Words) => array.map((value) => value + 0); // 0 and -0 count as equal
  expect(outputs.map(unsigned)).toEqual(expected.map(unsigned));
  expect(inputs).toEqual(before);
}

const small = (seed: number) => (lane: Lane, i: number) => {
  const n = Math.imul(i + seed, 0x9e3779b1) >>> 24;
  if (lane === "bool") return n % 2 === 0 ? 0 : -1;
  return (n % 17) - 8;
};

/** Operations whose results on small integers are exact, so that the order of a sum does not show. */
const OPS: readonly [op: LaneOp, args: readonly Lane[], result: Lane][] = [
  ...Object.values(
    eachElementwise((op, { arity, takes, gives }): [LaneOp, Lane[], Lane][] => {
      const lanes = ({ "float or int32": ["float32", "int32"], bool: ["bool"], float: [], any: [] } as const)[
        takes
      ];
      return lanes.map((lane) => [op, Array<Lane>(arity).fill(lane), gives === "bool" ? "bool" : lane]);
    }),
  ).flat(),
  ...(["float32", "int32"] as const).flatMap((lane): [LaneOp, Lane[], Lane][] => [
    ["select", ["bool", lane, lane], lane],
    ["cast", ["bool"], lane],
    ["cast", [lane], "bool"],
  ]),
  ["floor", ["float32"], "float32"],
  ["cast", ["float32"], "int32"],
  ["cast", ["int32"], "float32"],
  ["select", ["bool", "bool", "bool"], "bool"],
];

const lane = fc.constantFrom<Lane>("float32", "float32", "float32", "int32", "bool");

/** Strides of a dense array whose dimensions lie in any order, some of them broadcast or flipped. */
const stridesFor = (extents: readonly number[], broadcast: boolean) =>
  fc
    .tuple(
      fc.shuffledSubarray(
        extents.map((_, d) => d),
        { minLength: extents.length },
      ),
      fc.array(fc.constantFrom("plain", "plain", "plain", "zero", "flipped"), {
        minLength: extents.length,
        maxLength: extents.length,
      }),
      fc.boolean(),
    )
    .map(([shuffled, kinds, inOrder]) => {
      const order = inOrder ? extents.map((_, d) => extents.length - 1 - d) : shuffled;
      const strides = extents.map(() => 0);
      let stride = 1;
      for (const d of order) {
        if (broadcast && kinds[d] === "zero") continue;
        strides[d] = kinds[d] === "flipped" ? -stride : stride;
        stride *= Math.max(1, extents[d]!);
      }
      return strides;
    });

const extent = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 20, arbitrary: fc.integer({ min: 2, max: 9 }) },
  { weight: 6, arbitrary: fc.integer({ min: 10, max: 90 }) },
);

const kernels: fc.Arbitrary<LoopKernel> = fc
  .array(extent, { maxLength: 4 })
  .filter((extents) => extents.reduce((product, n) => product * n, 1) < 20_000)
  .chain((extents) =>
    fc.tuple(
      fc.constant(extents),
      fc.array(fc.boolean(), { minLength: extents.length, maxLength: extents.length }),
      fc.array(fc.record({ lane, strides: stridesFor(extents, true) }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.integer({ min: -3, max: 3 })), {
        maxLength: 7,
      }),
      fc.array(
        fc.record({
          value: fc.nat(),
          strides: stridesFor(extents, false),
          reduce: fc.constantFrom("sum" as const, "max" as const, undefined, undefined),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    ),
  )
  .map(([extents, reduced, inputs, picks, wanted]) => {
    const lanes: Lane[] = inputs.map((input) => input.lane);
    const steps: LaneStep[] = picks.map(([pick, a, b, c, value]) => {
      const step = makeStep(pick, [a, b, c], value, lanes, extents);
      lanes.push(step.lane);
      return step;
    });
    const outputs = wanted.map(({ value, strides, reduce }, i) => {
      const number = i === 0 ? lanes.length - 1 : value % lanes.length; // the last value is used
      return { value: number, strides, ...(reduce && { reduce }) };
    });
    return { kind: "loop", extents, reduced, inputs, steps, outputs };
  });

function makeStep(
  pick: number,
  args: readonly number[],
  value: number,
  lanes: readonly Lane[],
  extents: readonly number[],
): LaneStep {
  if (pick % 8 === 0)
    return { op: "constant", value, lane: (["float32", "int32", "bool"] as const)[pick % 3]! };
  if (pick % 8 === 1 && extents.length > 0)
    return { op: "index", dimension: pick % extents.length, lane: "int32" };
  const possible = OPS.filter(([, wanted]) => wanted.every((l) => lanes.includes(l)));
  if (possible.length === 0) return { op: "constant", value, lane: "float32" };
  const [op, wanted, result] = possible[pick % possible.length]!;
  const numbers = wanted.map((l, i) => {
    const candidates = lanes.flatMap((other, n) => (other === l ? [n] : []));
    return candidates[(candidates.length - 1 + args[i]!) % candidates.length]!;
  });
  return { op, args: numbers, lane: result };
}

describe.each([false, true])("relaxed: %s", (relaxed) => {
  test("a kernel computes what the interpreter computes, and touches nothing else", () => {
    fc.assert(
      fc.property(kernels, fc.nat(1000), (kernel, seed) => {
        compare(kernel, relaxed, small(seed));
      }),
      { numRuns: Number(process.env.LOOP_RUNS ?? 500) },
    );
  });
});

/** (x - a) b + c for columns' a, b, c: kernels that take several rows at once. */
const normalize = (rows: number, columns: number, order: "rows" | "flipped" | "columns"): LoopKernel => {
  const strides = { rows: [columns, 1], flipped: [-columns, 1], columns: [1, rows] }[order];
  return {
    kind: "loop",
    extents: [rows, columns],
    reduced: [false, false],
    inputs: [
      { lane: "float32", strides },
      { lane: "float32", strides: [0, 1] },
      { lane: "float32", strides: [0, 1] },
      { lane: "float32", strides: [0, -1] },
      { lane: "float32", strides: [1, 0] },
    ],
    steps: [
      { op: "sub", args: [0, 1], lane: "float32" },
      { op: "mul", args: [5, 2], lane: "float32" },
      { op: "add", args: [6, 3], lane: "float32" },
      { op: "index", dimension: 0, lane: "int32" },
      { op: "cast", args: [8], lane: "float32" },
      { op: "add", args: [7, 9], lane: "float32" },
      { op: "mul", args: [10, 4], lane: "float32" },
    ],
    outputs: [
      { value: 11, strides: [columns, 1] },
      { value: 6, strides },
    ],
  };
};

test.each([1, 2, 3, 4, 5, 7, 8, 9, 13])("columns broadcast over %d rows", (rows) => {
  for (const columns of [1, 2, 4, 7, 16, 23, 64, 70]) {
    for (const order of ["rows", "flipped", "columns"] as const) {
      compare(normalize(rows, columns, order), false, small(rows));
    }
  }
});

/** Three sums over `rows` of products of six operands, one of which comes out too. */
const manySums = (tasks: number, rows: number, columns: number): LoopKernel => {
  const strides = [rows * columns, columns, 1];
  const kept = [columns, 0, 1];
  return {
    kind: "loop",
    extents: [tasks, rows, columns],
    reduced: [false, true, false],
    inputs: [
      ...Array.from({ length: 5 }, () => ({ lane: "float32" as const, strides })),
      { lane: "float32", strides: [0, 0, 1] },
    ],
    steps: [
      { op: "sub", args: [0, 5], lane: "float32" },
      { op: "mul", args: [6, 1], lane: "float32" },
      { op: "add", args: [2, 3], lane: "float32" },
      { op: "maximum", args: [8, 4], lane: "float32" },
    ],
    outputs: [
      { value: 6, strides: kept, reduce: "sum" },
      { value: 7, strides },
      { value: 8, strides: kept, reduce: "sum" },
      { value: 9, strides: kept, reduce: "sum" },
    ],
  };
};

test.each([
  [20, 14, 64],
  [4, 64, 67],
  [1, 60, 301],
])("several sums over many operands may be kept in memory: [%d, %d, %d]", (...sizes) => {
  const kernel = manySums(...sizes);
  expect(memorySums(kernel)?.sums).toEqual(new Map([0, 2, 3].map((i) => [i, sizes[0] * sizes[2]])));
  compare(kernel, false, small(1));
});

test("sums of costly values whose columns lie far apart are right too", () => {
  const kernel = manySums(10, 48, 37);
  const turned = [48 * 37, 1, 48]; // rows side by side
  const inputs = kernel.inputs.map((input) => ({ ...input, strides: turned }));
  const outputs = kernel.outputs.map((o) => (o.reduce ? o : { ...o, strides: turned }));
  compare({ ...kernel, inputs, outputs }, false, small(3));
});

test.each([
  ["few elements", manySums(2, 14, 64)],
  ["long sums", manySums(4, 65, 67)],
  ["few columns", manySums(10, 60, 31)],
  ["a maximum", withOutput(manySums(20, 14, 64), 2, { reduce: "max" })],
  ["sums with gaps between them", withOutput(manySums(20, 14, 64), 2, { strides: [80, 0, 1] })],
])("sums stay in registers with %s", (_name, kernel) => {
  expect(memorySums(kernel)).toBeNull();
  compare(kernel, false, small(2));
});

function withOutput(kernel: LoopKernel, at: number, change: Partial<LoopOutput>): LoopKernel {
  return { ...kernel, outputs: kernel.outputs.map((o, i) => (i === at ? { ...o, ...change } : o)) };
}

const identity = (
  extents: readonly number[],
  strides: readonly number[],
  reduced: readonly boolean[],
  reduce: "sum" | "max",
): LoopKernel => ({
  kind: "loop",
  extents,
  reduced,
  inputs: [{ lane: "float32", strides }],
  steps: [],
  outputs: [{ value: 0, strides: extents.map(() => 1), reduce }],
});

test.each([0.1, 1e6 / 3])("the sum of a million times %d has a relative error under 2e-6", (value) => {
  const n = 1_000_000;
  const out = new Float32Array(1);
  const kernel = identity([n], [1], [true], "sum");
  compileKernel((context) => emitLoop(kernel, context), 2).run([out, new Float32Array(n).fill(value)]);
  expect(Math.abs(out[0]! / (Math.fround(value) * n) - 1)).toBeLessThan(2e-6);
});

test("sums of long columns have a relative error under 2e-6", () => {
  const [rows, columns] = [50_000, 10];
  const out = new Float32Array(columns);
  const kernel = { ...identity([rows, columns], [columns, 1], [true, false], "sum") };
  compileKernel((context) => emitLoop(kernel, context), 2).run([
    out,
    new Float32Array(rows * columns).fill(0.1),
  ]);
  for (const sum of out) expect(Math.abs(sum / (Math.fround(0.1) * rows) - 1)).toBeLessThan(2e-6);
});

test.each([1, 3, 4, 7, 40, 133])("the maximum of %d numbers is NaN if one of them is", (n) => {
  for (let i = 0; i < n; i++) {
    const out = new Float32Array(1);
    const values = Float32Array.from({ length: n }, (_, j) => (i === j ? Number.NaN : -j));
    const kernel = identity([n], [1], [true], "max");
    compileKernel((context) => emitLoop(kernel, context), 2, { pages: 2 }).run([out, values]);
    expect(out[0]).toBeNaN();
  }
});

test("folds of nothing are 0 and -Infinity, for every kept element", () => {
  for (const [reduce, neutral] of [
    ["sum", 0],
    ["max", Number.NEGATIVE_INFINITY],
  ] as const) {
    const out = new Float32Array(5).fill(UNTOUCHED);
    const kernel = identity([5, 0], [0, 1], [false, true], reduce);
    compileKernel((context) => emitLoop(kernel, context), 2).run([out, new Float32Array(0)]);
    expect([...out]).toEqual(Array(5).fill(neutral));
  }
});

test("an output may lie on an input of the same strides", () => {
  for (const n of [1, 3, 7, 16, 41, 1000]) {
    const values = Float32Array.from({ length: n }, (_, i) => i);
    const kernel: LoopKernel = {
      kind: "loop",
      extents: [n],
      reduced: [false],
      inputs: [{ lane: "float32", strides: [1] }],
      steps: [
        { op: "constant", value: 2, lane: "float32" },
        { op: "mul", args: [0, 1], lane: "float32" },
      ],
      outputs: [{ value: 2, strides: [1] }],
    };
    compileKernel((context) => {
      const index = emitLoop(kernel, context);
      return context.module.define(["i32"], (fn) => call(index, fn.params[0]!.get, fn.params[0]!.get));
    }, 1).run([values]);
    expect([...values]).toEqual(Array.from({ length: n }, (_, i) => 2 * i));
  }
});

test("a value does not depend on its place in the array", () => {
  const n = 43;
  const values = new Float32Array(n).fill(0.7);
  for (const op of ["exp", "log", "tanh", "sin", "softplus", "erf", "log1p", "expm1", "sigmoid"] as const) {
    const out = new Float32Array(n);
    const kernel: LoopKernel = {
      kind: "loop",
      extents: [n],
      reduced: [false],
      inputs: [{ lane: "float32", strides: [1] }],
      steps: [{ op, args: [0], lane: "float32" }],
      outputs: [{ value: 1, strides: [1] }],
    };
    compileKernel((context) => emitLoop(kernel, context), 2, { relaxed: true }).run([out, values]);
    expect(new Set(out).size).toBe(1);
  }
});
