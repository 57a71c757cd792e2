/**
 * What becomes of a function when it is compiled, as text.
 *
 * @module
 */
import { expectFunction } from "../tensor/operand.js";
import { showProgram } from "../tensor/program.js";
import { show } from "../tensor/shape.js";
import { programOf } from "./compile.js";
import { type Kernel, numOutputs } from "./kernels/kernel.js";
import { buildPlan } from "./plan/build.js";
import { type Buffer, flops, type Plan, type Step } from "./plan/plan.js";
import { traffic } from "./plan/traffic.js";

/** Buffers of the arena that are listed. */
const NUM_LARGEST = 5;

/**
 * Describes how a function would be compiled for these arguments: the optimised program, then each kernel of
 * the plan in the order in which they run.
 *
 * A kernel's line shows its iteration space, the operations fused in it, the values that it reads and writes,
 * how much memory it touches and its floating-point operations; of kernels in a loop, those of one turn. Runs
 * nothing.
 *
 * @example
 * explain((x: Tensor) => x.mul(2).tanh().sum(), tensor([1, 2]));
 */
export function explain<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  ...args: Args
): string {
  expectFunction("explain", fn);
  const program = programOf(fn, args);
  const plan = buildPlan(program);
  return `program\n${showProgram(program, "  ")}\n\n${showPlan(plan)}`;
}

type Row = readonly string[];

/** The kernels of a plan as a table, and the memory that it needs. */
export function showPlan(plan: Plan): string {
  const total = totalOf(plan.steps);
  const summary = [
    count(total.kernels, "kernel call"),
    flop(total.flops),
    `${bytes(4 * total.read)} read`,
    `${bytes(4 * total.written)} written`,
  ];
  const header: Row = ["", "kernel", "over", "operations", "reads", "writes", "read", "written", "FLOP"];
  const names = namesOf(plan);
  const rows = [header, ...rowsOf(plan.steps, names, "")];
  return [`plan: ${summary.join(", ")}`, ...aligned(rows), "", ...memoryOf(plan, names)].join("\n");
}

function rowsOf(steps: readonly Step[], names: ReadonlyMap<Buffer, string>, indent: string): Row[] {
  return steps.flatMap((step, i): Row[] => {
    const number = `${indent}${i + 1}`;
    if (step.kind === "loop") {
      const { parallel, reverse } = step;
      const order = parallel ? `, in order from ${number}.${parallel.ordered + 1}` : "";
      const turns = `${count(step.count, "turn")}${reverse ? ", from the last" : ""}${order}`;
      return [[number, "scan", turns, "", "", "", "", "", ""], ...rowsOf(step.body, names, `${number}.`)];
    }
    const { kernel, args } = step;
    const outputs = numOutputs(kernel);
    const labels = args.map(({ buffer, label }) => label ?? names.get(buffer) ?? buffer.label);
    const { read, written } = traffic(kernel);
    return [
      [
        number,
        kernel.kind,
        spaceOf(kernel),
        operationsOf(kernel),
        labels.slice(outputs).join(" "),
        labels.slice(0, outputs).join(" "),
        bytes(4 * read),
        bytes(4 * written),
        flop(flops(kernel)).replace(/ ?FLOP$/, ""),
      ],
    ];
  });
}

/** Names of what comes from outside; values in between go by what made them. */
function namesOf({ inputs, constants }: Plan): Map<Buffer, string> {
  return new Map([
    ...inputs.map(({ buffer }, i) => [buffer, `%${i}`] as const),
    ...constants.map(({ buffer }) => [buffer, `constant[${buffer.size}]`] as const),
  ]);
}

function spaceOf(kernel: Kernel): string {
  switch (kernel.kind) {
    case "loop":
      return show(kernel.extents);
    case "matmul":
      return `${batched(kernel.batch)}[${kernel.m}, ${kernel.k}] · [${kernel.k}, ${kernel.n}]`;
    case "transpose":
      return `${batched([kernel.batch])}[${kernel.columns}, ${kernel.rows}]`;
    case "patches":
    case "unpatch": {
      const { images, height, width, channels, kernel: taps } = kernel.window;
      return `${show([images, height, width, channels])} by ${show(taps)}`;
    }
    case "convolution": {
      const { images, height, width, channels, kernel: taps } = kernel.window;
      const sizes = `${show([images, height, width, channels])} by ${show([...taps, channels, kernel.features])}`;
      return `${batched(kernel.batch)}${sizes} to ${kernel.result}`;
    }
    case "gather":
    case "scatterAdd":
      return `${batched([kernel.batch])}${kernel.count} of [${kernel.rows}, ${kernel.width}]`;
    case "recurrence":
    case "argMax":
      return show([kernel.outer, kernel.length, kernel.inner]);
    case "topK":
      return `${kernel.k} of [${kernel.rows}, ${kernel.length}]`;
    case "argsort":
      return show([kernel.rows, kernel.length]);
    case "cholesky":
      return `${batched([kernel.batch])}[${kernel.n}, ${kernel.n}]`;
    case "triangularSolve":
      return `${batched([kernel.batch])}[${kernel.n}, ${kernel.columns}]`;
  }
}

const batched = (batch: readonly number[]): string =>
  batch.every((n) => n === 1) ? "" : `${batch.join(" × ")} × `;

/** Operations in their order, and which axes are folded. */
function operationsOf(kernel: Kernel): string {
  if (kernel.kind !== "loop") return "";
  const operations: string[] = kernel.steps.flatMap(({ op }) =>
    op === "constant" || op === "index" ? [] : [op],
  );
  const axes = kernel.reduced.flatMap((reduced, axis) => (reduced ? [axis] : []));
  const folds = kernel.outputs.flatMap(({ reduce }) => (reduce ? [`${reduce}[${axes.join(", ")}]`] : []));
  const all = [...operations, ...folds];
  if (all.length > 0) return all.join(" ");
  return kernel.inputs.length > 0 ? "copy" : "fill";
}

function totalOf(steps: readonly Step[]): { kernels: number; flops: number; read: number; written: number } {
  const total = { kernels: 0, flops: 0, read: 0, written: 0 };
  for (const step of steps) {
    const turns = step.kind === "loop" ? step.count : 1;
    const one =
      step.kind === "loop"
        ? totalOf(step.body)
        : { kernels: 1, flops: flops(step.kernel), ...traffic(step.kernel) };
    total.kernels += turns * one.kernels;
    total.flops += turns * one.flops;
    total.read += turns * one.read;
    total.written += turns * one.written;
  }
  return total;
}

/** Sizes of the arena and of what lasts from call to call, and the largest values. */
function memoryOf(
  { offsets, size, constants, resident }: Plan,
  names: ReadonlyMap<Buffer, string>,
): string[] {
  const sum = (list: readonly Buffer[]) => 4 * list.reduce((total, buffer) => total + buffer.size, 0);
  const values = [...offsets.keys()];
  const largest = [...values].sort((a, b) => b.size - a.size).slice(0, NUM_LARGEST);
  const lasting = `${bytes(sum(constants.map(({ buffer }) => buffer)))} constants, ${bytes(sum(resident))} kept from call to call`;
  return [
    `memory: ${bytes(4 * size)} arena for ${count(values.length, "value")} of ${bytes(sum(values))}, ${lasting}`,
    ...aligned([
      ["", "largest values", "", ""],
      ...largest.map((buffer) => [
        "",
        names.get(buffer) ?? buffer.label,
        `${buffer.dtype}[${buffer.size}]`,
        bytes(4 * buffer.size),
      ]),
    ]),
  ];
}

/** Columns side by side, two spaces apart; columns of numbers end at one place. */
function aligned(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const isNumeric = widths.map((_, i) =>
    rows.slice(1).every((row) => /^$|^[\d.]+( ?[kMGi]*B?)$/.test(row[i]!)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, i) =>
      isNumeric[i] && i > 0 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    );
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/** `1.5 KiB`. */
function bytes(n: number): string {
  return scaled(n, 1024, ["B", "KiB", "MiB", "GiB"]);
}

/** `1.5 MFLOP`. */
function flop(n: number): string {
  return scaled(n, 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"]);
}

function scaled(n: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let value = n;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
