import { expect, test } from "vitest";
import { verdict } from "./verdict.js";

const judge = (value: number, halfWidth: number, better: "lower" | "higher" = "lower") =>
  verdict({
    paper: 1,
    ours: { value, low: value - halfWidth, high: value + halfWidth },
    margin: 0.1,
    better,
  });

test("a close number with a narrow interval agrees", () => {
  expect(judge(1.08, 0.09)).toBe("agrees");
  expect(judge(0.92, 0.02)).toBe("agrees");
});

test("a whole interval on one side of the published number is better or below", () => {
  expect(judge(0.5, 0.2)).toBe("better");
  expect(judge(1.5, 0.2)).toBe("below");
  expect(judge(1.5, 0.2, "higher")).toBe("better");
  expect(judge(0.5, 0.2, "higher")).toBe("below");
});

test("an interval that is too wide says nothing", () => {
  expect(judge(1.02, 0.2)).toBe("inconclusive");
  expect(judge(1.3, 0.4)).toBe("inconclusive");
  expect(judge(0.5, Number.POSITIVE_INFINITY)).toBe("inconclusive"); // a single seed
});

test("a number that was not run, or not published, has no verdict", () => {
  const ours = { value: 1, low: 1, high: 1 };
  expect(verdict({ paper: 1, ours: null, margin: 1, better: "lower" })).toBe("not run");
  expect(verdict({ paper: null, ours, margin: 1, better: "lower" })).toBe("no published number");
});
