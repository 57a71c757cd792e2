import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { type EnvBatch, envBatch } from "./batch.js";
import { allocateBatch } from "./batch-memory.js";
import { Point2d, type Point2dTask } from "./point2d.js";
import { rollout } from "./rollout.js";
import { stateFromJson, stateToJson } from "./state-json.js";
import { WindyPoint } from "./testing/row-envs.js";
import { type WorkerBatchOptions, workerBatch } from "./worker-batch.js";

const COUNT = 5;
const module = new URL("./testing/row-envs.ts", import.meta.url);

async function windyPoints(
  workers: number,
  options: Partial<WorkerBatchOptions> = {},
): Promise<EnvBatch<Point2dTask>> {
  const source = { module, make: "makeWindyPoint" };
  if (workers > 0) return workerBatch(source, { count: COUNT, workers, ...options });
  const envs = Array.from({ length: COUNT }, () => new WindyPoint());
  return envBatch(envs, options);
}

const snapshot = ({ arrays }: EnvBatch<Point2dTask>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, [...array]]));

/** Steps with random actions; rows that have ended begin again. Returns all bits of all steps. */
function wander(batch: EnvBatch<Point2dTask>, rng: Rng, steps: number): object[] {
  return Array.from({ length: steps }, (_, t) => {
    const draws = rng.fork("action", t);
    const ended = batch.step(Array.from({ length: 2 * COUNT }, () => draws.uniform(-0.1, 0.1)));
    const seen = { ended, ...snapshot(batch) };
    const fresh = rng.fork("episode", t);
    batch.reset(
      ended.map(() => batch.sampleTask(fresh)),
      fresh,
      ended,
    );
    return seen;
  });
}

function begin(batch: EnvBatch<Point2dTask>, rng: Rng): void {
  const goals = rng.fork("goals");
  // row 1 has its goal within reach of the first steps
  batch.reset(
    Array.from({ length: COUNT }, (_, i) => (i === 1 ? [0, 0] : batch.sampleTask(goals))),
    rng,
  );
}

test("each row is what its environment does alone", async () => {
  const batch = await windyPoints(0, { dtype: "float64" });
  const rng = Rng.seed(1);
  begin(batch, rng);
  const goals = rng.fork("goals");
  const tasks = Array.from({ length: COUNT }, (_, i) =>
    i === 1 ? ([0, 0] as const) : batch.sampleTask(goals),
  );
  const alone = tasks.map((task, row) =>
    rollout(new WindyPoint(), (_, action) => action.set([0.05, 0.03]), {
      task,
      rng: rng.fork("row", row),
      maxSteps: 4,
    }),
  );
  for (let t = 0; t < 4; t++) {
    batch.step(Array.from({ length: COUNT }, () => [0.05, 0.03]).flat());
    for (const [row, { observations, rewards, info }] of alone.entries()) {
      expect([...batch.arrays.observations.slice(2 * row, 2 * row + 2)]).toEqual([
        ...observations.slice(2 * t + 2, 2 * t + 4),
      ]);
      expect([batch.arrays.rewards[row], batch.arrays.info[row]]).toEqual([rewards[t], info[t]]);
    }
  }
});

describe.each([0, 1, 2, 3])("with %i workers (0: envBatch)", (workers) => {
  let batch: EnvBatch<Point2dTask>;
  let other: EnvBatch<Point2dTask>;
  beforeAll(async () => {
    batch = await windyPoints(workers);
    other = await windyPoints(workers === 2 ? 0 : 2);
  });
  afterAll(() => other.close());

  test("rows that were not begun cannot be stepped or saved", async () => {
    batch.reset([[1, 1]], Rng.seed(0), [0]);
    await expect(batch.save()).rejects.toThrow("row 1: expected a running episode, but there is none");
    expect(() => batch.step(new Float64Array(10))).toThrow(
      "row 1: expected a running episode, but there is none",
    );
  });

  test("many steps and resets give the bits of one thread", async () => {
    const alone = await windyPoints(0);
    for (const it of [alone, batch]) begin(it, Rng.seed(2));
    expect(wander(batch, Rng.seed(3), 130)).toEqual(wander(alone, Rng.seed(3), 130));
  });

  test("save and restore go on bit for bit, in a batch with another number of threads", async () => {
    begin(batch, Rng.seed(4));
    wander(batch, Rng.seed(5), 7);
    const state = stateFromJson(stateToJson(await batch.save()));
    const before = snapshot(batch);
    const rest = wander(batch, Rng.seed(6), 20);
    other.restore(state);
    expect(snapshot(other)).toEqual(before);
    expect(wander(other, Rng.seed(6), 20)).toEqual(rest);
    batch.restore(state);
    expect(wander(batch, Rng.seed(6), 20)).toEqual(rest);
  });

  test("a row that has ended is named, keeps its last observation, and waits for its reset", async () => {
    const goals = Array.from({ length: COUNT }, (_, row): Point2dTask => [row === 3 ? 0.1 : 9, 0]);
    batch.reset(goals, Rng.seed(0));
    const right = Array.from({ length: COUNT }, () => [0.1, 0]).flat();
    expect(batch.step(right)).toEqual([3]);
    expect([...batch.arrays.terminated]).toEqual([0, 0, 0, 1, 0]);
    expect([...batch.arrays.info]).toEqual([0, 0, 0, 1, 0]);
    expect(batch.arrays.observations[6]).toBeCloseTo(0.1);
    const after = snapshot(batch);
    expect(() => batch.step(right)).toThrow(
      "point2d: row 3: expected a running episode, but its episode is over. Call reset() for this row",
    );
    expect(snapshot(batch)).toEqual(after);
    expect(batch.step(right, [4, 0])).toEqual([]);
    expect([...batch.arrays.observations].map((x) => x.toFixed(1))).toEqual(
      ["0.2", "0.0", "0.1", "0.0", "0.1", "0.0", "0.1", "0.0", "0.2", "0.0"], // rows 0 and 4 have moved
    );
    batch.reset([[0, 9]], Rng.seed(1), [3]);
    expect([batch.arrays.terminated[3], batch.arrays.info[3], batch.arrays.observations[6]]).toEqual([
      0, 0, 0,
    ]);
    expect(batch.step(right)).toEqual([]);
  });

  test("bad actions are refused by row, before anything moves", async () => {
    begin(batch, Rng.seed(7));
    const before = snapshot(batch);
    const bad = Array.from({ length: 2 * COUNT }, (_, i) => (i === 9 ? Number.NaN : 0));
    expect(() => batch.step(bad)).toThrow(
      "point2d: row 4: expected finite numbers in an action, got NaN at 1",
    );
    expect(() => batch.step([0, 0])).toThrow("expected actions of 5 x 2 numbers for 5 rows, got 2");
    expect(snapshot(batch)).toEqual(before);
    expect(batch.step(bad, [0, 1])).toEqual([1]);
  });

  test("a task that is refused names its row, the first of them, and leaves the others running", async () => {
    begin(batch, Rng.seed(8));
    const wrong = [Number.NaN, 0] as const;
    expect(() => batch.reset([wrong, wrong], Rng.seed(9), [4, 2])).toThrow(
      "row 2: point2d: expected a goal [x, y]",
    );
    expect(() => batch.step(new Float64Array(2 * COUNT))).toThrow(
      "row 2: expected a running episode, but there is none",
    );
    expect(batch.step(new Float64Array(2 * COUNT), [0, 1, 3])).toEqual([1]);
  });

  test("a state that is none is refused", async () => {
    begin(batch, Rng.seed(10));
    const state = (await batch.save()) as { readonly envs: readonly object[] };
    expect(() => batch.restore({ ...state, envs: [...state.envs.slice(0, 4), {}] } as never)).toThrow(
      "row 4: point2d: expected a state of save(), got one without point, rng",
    );
    expect(() => batch.restore({ ...state, envs: [] } as never)).toThrow(
      "expected the states of 5 rows, got 0",
    );
    expect(() => batch.restore(null)).toThrow(
      "expected a state of save(), got one without envs, phases, arrays",
    );
    batch.restore(state as never);
    expect(batch.step(new Float64Array(2 * COUNT))).toEqual([1]);
  });

  test("what is closed stays closed", () => {
    batch.close();
    batch.close();
    expect(() => batch.step(new Float64Array(10))).toThrow("point2d: expected an open batch for step");
  });
});

test("rows are written into the caller's arrays", () => {
  const envs = [new Point2d(), new Point2d()];
  const arrays = allocateBatch(envs[0]!.spec, 2, { dtype: "float64" });
  const batch = envBatch(envs, { arrays });
  batch.reset([[1, 1], [2, 2]], [Rng.seed(0), Rng.seed(1)]); // biome-ignore format: short
  batch.step([0.1, 0, 0, 0.1]);
  expect([...arrays.observations]).toEqual([0.1, 0, 0, 0.1]);
  expect(() => envBatch(envs, { arrays: { ...arrays, rewards: new Float64Array(3) } })).toThrow(
    "point2d: expected rewards of 2 numbers for 2 rows, got 3. Use allocateBatch",
  );
});

test("rows, tasks and streams must fit", async () => {
  const batch = await windyPoints(0);
  const rng = Rng.seed(0);
  expect(() => batch.reset([[0, 0]], rng)).toThrow("point2d: expected a task for each of 5 rows, got 1");
  expect(() => batch.reset([[0, 0]], [], [0])).toThrow(
    "point2d: expected a stream for each of 1 rows, got 0",
  );
  expect(() => batch.reset([[0, 0]], rng, [5])).toThrow("point2d: expected rows in 0..4 to reset, got 5");
  expect(() => batch.reset([[0, 0], [0, 0]], rng, [2, 2])).toThrow("expected rows once each to reset, got 2, 2"); // biome-ignore format: short
  expect(() => envBatch([])).toThrow("envBatch: expected at least one environment, got none");
});
