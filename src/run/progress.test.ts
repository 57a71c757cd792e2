import { expect, test } from "vitest";
import { progressLine, showDuration, showProgress } from "./progress.js";

const state = { label: "toy/walk", step: 12_300, steps: 70_000, seconds: 4 };

function recorder(isTTY: boolean, columns = 200) {
  let now = 0;
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = showProgress(stream, () => now);
  return { written, progress, pass: (seconds: number) => (now += seconds) };
}

test("the line has rate, time left and the headline metric", () => {
  const since = { step: 300, seconds: 0 };
  expect(progressLine({ ...state, headline: ["train/loss", 0.931234] }, since)).toBe(
    "toy/walk  12,300 / 70,000  17%  3,000 steps/s  19 s left  train/loss 0.9312",
  );
  expect(progressLine({ ...state, step: 300 }, since)).toBe("toy/walk  300 / 70,000  0%");
});

test("the rate is that of the last seconds, without the first step", () => {
  const { written, progress, pass } = recorder(true);
  const at = (step: number, seconds: number) => {
    pass(1);
    progress.update({ label: "toy", step, steps: 100_000, seconds });
    return written.at(-1)!.slice(5);
  };
  at(1, 3); // compiling took 3 s
  expect(at(2001, 5)).toContain("1,000 steps/s  1 min 38 s left");
  at(5001, 8);
  at(15_001, 13);
  expect(at(35_001, 23)).toContain("2,000 steps/s");
});

test("a terminal gets one line that changes, no longer than it is wide", () => {
  const { written, progress, pass } = recorder(true, 20);
  progress.update(state);
  progress.update({ ...state, step: 12_301 });
  pass(0.2);
  progress.update({ ...state, step: 12_302 });
  progress.end();
  expect(written).toEqual([
    "\r\u001b[2Ktoy/walk  12,300 / ",
    "\r\u001b[2Ktoy/walk  12,302 / ",
    "\r\u001b[2K",
  ]);
});

test("elsewhere it is a plain line every ten seconds, and one at the end", () => {
  const { written, progress, pass } = recorder(false);
  progress.update(state);
  expect(written).toEqual([]);
  pass(10);
  progress.update(state);
  pass(1);
  progress.update({ ...state, step: 70_000 });
  progress.end();
  expect(written).toHaveLength(2);
  for (const line of written) expect(line).toMatch(/^toy.*\n$/);
});

test("durations are short", () => {
  expect([0.2, 59, 61, 7300].map(showDuration)).toEqual(["1 s", "59 s", "1 min 1 s", "2 h 1 min"]);
});

test("a terminal is told at once what is done where nothing can be counted, other streams are not", () => {
  const terminal = recorder(true, 20);
  terminal.progress.phase("compiling the first step");
  terminal.progress.update(state);
  terminal.progress.phase("evaluating");
  terminal.progress.end();
  expect(terminal.written).toEqual([
    "\r\u001b[2Kcompiling the first",
    "\r\u001b[2Ktoy/walk  12,300 / ",
    "\r\u001b[2Kevaluating",
    "\r\u001b[2K",
  ]);
  const { written, progress } = recorder(false);
  progress.phase("compiling");
  progress.end();
  expect(written).toEqual([]);
});
