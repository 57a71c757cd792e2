import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoopKernel, numOutputs } from "../kernels/kernel.js";
import { newBuffer } from "./located.js";
import { ALIGNMENT, type Arena, allocate } from "./memory.js";
import type { Buffer, Place, Step } from "./plan.js";

const whole = (buffer: Buffer): Place => ({ buffer, offset: 0 });

/** A kernel over `size` elements with results like its operands: it may work in place. */
const elementwise = (
  size: number,
  outputs: readonly Buffer[],
  inputs: readonly Place[],
  stride = 1,
): Step => {
  const kernel: LoopKernel = {
    kind: "loop",
    extents: [size],
    reduced: [false],
    inputs: inputs.map(() => ({ lane: "float32", strides: [stride] })),
    steps: [],
    outputs: outputs.map(() => ({ value: 0, strides: [1] })),
  };
  return { kind: "kernel", kernel, args: [...outputs.map(whole), ...inputs] };
};
const product = (output: Buffer, inputs: readonly Buffer[]): Step => ({
  kind: "kernel",
  kernel: { kind: "transpose", batch: 1, rows: 1, columns: output.size },
  args: [whole(output), ...inputs.map(whole)],
});

/** Runs steps on memory that remembers which buffer wrote each element; every value read must still be there. */
function simulate(
  steps: readonly Step[],
  { offsets, size }: Arena,
  before: readonly Buffer[],
  after: readonly Buffer[],
): void {
  const owner = new Map<number, number>();
  const cells = ({ size: count }: Buffer, offset: number) =>
    Array.from({ length: count }, (_, i) => offset + i);
  const write = (buffer: Buffer) => {
    const offset = offsets.get(buffer)!;
    expect(offset % ALIGNMENT).toBe(0);
    expect(offset + buffer.size).toBeLessThanOrEqual(size);
    for (const cell of cells(buffer, offset)) owner.set(cell, buffer.id);
  };
  const read = (buffer: Buffer) => {
    for (const cell of cells(buffer, offsets.get(buffer)!)) expect(owner.get(cell)).toBe(buffer.id);
  };
  const run = (list: readonly Step[]) => {
    for (const step of list) {
      if (step.kind === "loop") {
        for (let turn = 0; turn < 2; turn++) run(step.body);
        continue;
      }
      const outputs = step.args.slice(0, numOutputs(step.kernel)).map(({ buffer }) => buffer);
      for (const { buffer } of step.args.slice(numOutputs(step.kernel))) read(buffer);
      for (const buffer of outputs) write(buffer);
      for (const buffer of outputs) read(buffer); // results of one kernel do not overlap
    }
  };
  for (const buffer of before) write(buffer);
  run(steps);
  for (const buffer of after) read(buffer);
}

describe("the arena", () => {
  it("never gives memory away that is still needed", () => {
    const instruction = fc.record({
      kind: fc.constantFrom("elementwise", "two results", "product", "strided", "loop"),
      operands: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
      size: fc.constantFrom(1, 16, 40, 40, 40, 100),
    });
    const property = fc.property(
      fc.array(fc.constantFrom(1, 16, 40), { minLength: 1, maxLength: 3 }),
      fc.array(instruction, { maxLength: 25 }),
      fc.array(fc.nat(20), { maxLength: 3 }),
      (sizes, list, results) => {
        const before = sizes.map((size) => newBuffer(size, "float32", "input"));
        const pool = [...before];
        const pick = (n: number) => pool[pool.length - 1 - (n % pool.length)]!;
        const steps: Step[] = list.map(({ kind, operands, size }) => {
          const inputs = operands.map(pick);
          const made = (count: number) => {
            const list = Array.from({ length: count }, () => newBuffer(size, "float32", "value"));
            pool.push(...list);
            return list;
          };
          if (kind === "product") return product(made(1)[0]!, inputs);
          if (kind === "strided") return elementwise(size, made(1), inputs.map(whole), 2);
          if (kind === "loop") {
            const [a, b] = made(2);
            const body = [product(a!, inputs), elementwise(size, [b!], [whole(a!)])];
            return { kind: "loop", id: 0, count: 2, reverse: false, body };
          }
          return elementwise(size, made(kind === "elementwise" ? 1 : 2), inputs.map(whole));
        });
        const after = results.map(pick);
        simulate(steps, allocate(steps, new Set(), before, after), before, after);
      },
    );
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  const value = (size = 40) => newBuffer(size, "float32", "value");

  it("lets a chain of element-wise kernels work in place", () => {
    const chain = Array.from({ length: 6 }, () => value());
    const steps = chain.slice(1).map((to, i) => elementwise(40, [to], [whole(chain[i]!)]));
    expect(allocate(steps, new Set(), [chain[0]!], [chain[5]!]).size).toBe(48);
  });

  it("keeps apart what a kernel reads in another order than it writes", () => {
    const [a, b] = [value(), value()];
    const size = (step: Step) => allocate([step], new Set(), [a], [b]).size;
    expect(size(elementwise(40, [b], [whole(a)], 2))).toBe(96);
    expect(size(elementwise(40, [b], [{ buffer: a, offset: 1 }]))).toBe(96);
    expect(size(elementwise(40, [b], [whole(a), whole(a)]))).toBe(96);
    expect(size(product(b, [a]))).toBe(96);
    expect(size(elementwise(40, [b], [whole(a)]))).toBe(48);
  });

  it("holds no place for what lies elsewhere", () => {
    const [a, b] = [value(), value()];
    const { offsets, size } = allocate([product(b, [a])], new Set([a]), [], [b]);
    expect([offsets.has(a), size]).toEqual([false, 48]);
  });
});
