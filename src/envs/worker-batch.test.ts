import { afterEach, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import type { EnvBatch } from "./batch.js";
import { allocateBatch } from "./batch-memory.js";
import type { EnvState } from "./env.js";
import { Point2d, type Point2dTask } from "./point2d.js";
import type { Trouble } from "./testing/row-envs.js";
import { type WorkerBatchOptions, workerBatch } from "./worker-batch.js";

const module = new URL("./testing/row-envs.ts", import.meta.url);
const COUNT = 4;
const still = new Float64Array(2 * COUNT);
let batch: EnvBatch<Point2dTask> | undefined;

afterEach(() => {
  batch?.close();
  batch = undefined;
});

/** Two rows in this thread, two in another. */
async function trouble(
  fate: Trouble["fate"],
  rows: readonly number[],
  options: Partial<WorkerBatchOptions> = {},
): Promise<EnvBatch<Point2dTask>> {
  const source = { module, make: "makeTrouble", options: { fate, rows } };
  batch = await workerBatch<Point2dTask>(source, { count: COUNT, workers: 2, ...options });
  reset(batch);
  return batch;
}

function reset(it: EnvBatch<Point2dTask>): void {
  it.reset(
    Array.from({ length: COUNT }, () => [9, 9] as const),
    Rng.seed(0),
  );
}

test.each([1, 3])(
  "an environment that throws in row %i is an error that names it; a reset goes on",
  async (row) => {
    const it = await trouble("throw", [row]);
    it.step(still);
    expect(() => it.step(still)).toThrow(`row ${row}: TypeError: no such joint`);
    expect(() => it.step(still)).toThrow("row 0: expected a running episode, but there is none");
    reset(it);
    expect(it.step(still)).toEqual([]);
  },
);

test("of several that throw, in any thread, the first is named", async () => {
  const it = await trouble("throw", [3, 1, 2]);
  it.step(still);
  expect(() => it.step(still)).toThrow("row 1: TypeError: no such joint");
});

test("a thread that ends is an error that names it, not a hang, and stays one", async () => {
  const it = await trouble("exit", [2]);
  it.step(still);
  const error =
    "workerBatch: expected 2 threads to go on, but worker 1 of 1 died in row 2: it ended with code 7";
  expect(() => it.step(still)).toThrow(error);
  expect(() => reset(it)).toThrow(error);
  await expect(it.save()).rejects.toThrow();
});

test("a thread that hangs is an error that names it and its row", async () => {
  const it = await trouble("hang", [3], { patience: 0.2 });
  it.step(still);
  expect(() => it.step(still)).toThrow(
    "worker 1 of 1 was not done with row 3 within 0.2 s. Make the batch again",
  );
});

test("an environment that cannot be saved in a thread is an error that names its row", async () => {
  const it = await trouble("throw in save", [2]);
  await expect(it.save()).rejects.toThrow("row 2: Error: out of paper");
  expect(it.step(still)).toEqual([]);
});

test("environments that cannot be made are named, also in threads", async () => {
  await expect(trouble("throw in make", [0])).rejects.toThrow("makeTrouble of row 0: there is no row 0");
  await expect(trouble("throw in make", [2])).rejects.toThrow(
    "workerBatch: worker 1 of 1: makeTrouble of row 2: there is no row 2",
  );
  await expect(trouble("another action space", [3])).rejects.toThrow(
    /row 3: expected observations of 2, actions .* as in row 0/,
  );
});

test("modules and exports that are not there are named", async () => {
  const options = { count: 2, workers: 2 };
  await expect(workerBatch({ module: "file:///nowhere.js", make: "make" }, options)).rejects.toThrow(
    /^expected a module that can be loaded, got file:\/\/\/nowhere.js/,
  );
  await expect(workerBatch({ module, make: "makeTruble" }, options)).rejects.toThrow(
    /expected an exported function makeTruble, got .*makeMeeting.* Did you mean makeTrouble\?/,
  );
  await expect(workerBatch({ module, make: "notAFunction" }, options)).rejects.toThrow(
    "expected an exported function notAFunction",
  );
});

test("options that cannot be posted, counts that are none and memory that is not shared are refused", async () => {
  const source = { module, make: "makeWindyPoint" };
  const unposted = { ...source, options: () => {} };
  await expect(workerBatch(unposted, { count: 2, workers: 2 })).rejects.toThrow(
    "workerBatch: options must be data that can be posted to threads",
  );
  await expect(workerBatch(source, { count: 0 })).rejects.toThrow(
    "workerBatch: count must be an integer in 1..",
  );
  await expect(workerBatch(source, { count: 2, workers: 65 })).rejects.toThrow(
    "workerBatch: workers must be an integer in 1..64, got 65",
  );
  const arrays = allocateBatch(new Point2d().spec, 2);
  await expect(workerBatch(source, { count: 2, workers: 2, arrays })).rejects.toThrow(
    "point2d: expected observations in shared memory, got an ArrayBuffer. Use allocateBatch(spec, count, { shared: true })",
  );
});

test("the caller's shared arrays are written by all threads", async () => {
  const arrays = allocateBatch(new Point2d().spec, COUNT, { shared: true });
  const it = await trouble("throw", [], { arrays });
  it.step([0.1, 0, 0.1, 0, 0.1, 0, 0, -0.1]);
  expect([...arrays.observations].map((x) => x.toFixed(1)).join(" ")).toBe(
    "0.1 0.0 0.1 0.0 0.1 0.0 0.0 -0.1",
  );
});

test("there are no more threads than rows", async () => {
  batch = await workerBatch<Point2dTask>({ module, make: "makeWindyPoint" }, { count: 1, workers: 8 });
  batch.reset([[1, 1]], Rng.seed(0));
  expect(batch.step([0, 0])).toEqual([]);
  const state: EnvState = await batch.save();
  batch.restore(state);
});

test("threads step at the same time: environments that wait for each other meet", async () => {
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const source = { module, make: "makeMeeting", options: { arrived, wanted: 3 } };
  batch = await workerBatch<Point2dTask>(source, { count: 3, workers: 3 });
  batch.reset([[1, 1], [1, 1], [1, 1]], Rng.seed(0)); // biome-ignore format: short
  expect(batch.step(new Float64Array(6))).toEqual([]);
});
