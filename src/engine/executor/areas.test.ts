import fc from "fast-check";
import { expect, test } from "vitest";
import { type Area, Areas } from "./areas.js";

const START = 1024;
const unlimited = () => {};

test("areas never overlap, whatever is given back in between, and leave no trace", () => {
  const turn = fc.record({ bytes: fc.nat(1000), drops: fc.option(fc.nat()) });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
      const areas = new Areas(START);
      const taken: Area[] = [];
      for (const { bytes, drops } of turns) {
        if (drops !== null && taken.length > 0) areas.release(taken.splice(drops % taken.length, 1)[0]!);
        taken.push(areas.take(bytes, unlimited));
        const sorted = [...taken].sort((a, b) => a.address - b.address);
        sorted.forEach((area, i) => {
          const before = sorted[i - 1];
          expect(area.address).toBeGreaterThanOrEqual(before ? before.address + before.bytes : START);
          expect(area.address % 64).toBe(0);
        });
        expect(taken.at(-1)!.bytes).toBeGreaterThanOrEqual(bytes);
        expect(areas.used).toBe(taken.reduce((total, area) => total + area.bytes, 0));
      }
      for (const area of taken) areas.release(area);
      expect([areas.used, areas.extent]).toEqual([0, 0]);
    }),
  );
});

test("an area takes the smallest place that is free and large enough", () => {
  const areas = new Areas(START);
  const [large, , small] = [640, 64, 128, 64].map((bytes) => areas.take(bytes, unlimited));
  areas.release(large!);
  areas.release(small!);
  expect(areas.take(100, unlimited)).toEqual(small);
});

test("free neighbours are one place", () => {
  const areas = new Areas(START);
  const [a, b, c] = [64, 64, 64, 64].map((bytes) => areas.take(bytes, unlimited));
  for (const area of [a, c, b]) areas.release(area!);
  expect(areas.take(192, unlimited).address).toBe(a!.address);
});

test("where memory cannot grow, nothing is taken", () => {
  const areas = new Areas(START);
  const refuse = () => {
    throw new Error("full");
  };
  expect(() => areas.take(64, refuse)).toThrow("full");
  expect([areas.used, areas.extent]).toEqual([0, 0]);
});
