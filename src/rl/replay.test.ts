import { describe, expect, test } from "vitest";
import { Rng } from "../random/index.js";
import { prioritisedReplay } from "./prioritised-replay.js";
import { type Replay, uniformReplay } from "./replay.js";
import { type RowsStep, StepMemory, type StepMemoryOptions } from "./step-memory.js";
import { SumTree } from "./sum-tree.js";

const rng = Rng.seed(7);
const rows = 2;
const size = 11; // bits do not fill their last byte
const options: StepMemoryOptions = {
  observation: { kind: "box", shape: [size], low: 0, high: 1 },
  action: { kind: "discrete", size: 5 },
  rows,
  capacity: 40,
  steps: 3,
  gamma: 0.9,
};

/** Steps of both rows by chance: episodes end by the rules and by time. */
function* played(stream: Rng, { isBits }: { readonly isBits: boolean }): Generator<RowsStep> {
  const look = () => {
    const seen = stream.fillUniform(new Float32Array(rows * size));
    return isBits ? seen.map(Math.round) : seen;
  };
  for (;;) {
    const end = () => Uint8Array.from({ length: rows }, () => Number(stream.chance(0.2)));
    yield {
      observations: look(),
      actions: Int32Array.from({ length: rows }, () => stream.integer(5)),
      rewards: stream.fillUniform(new Float32Array(rows)),
      terminated: end(),
      truncated: end(),
      nextObservations: look(),
    };
  }
}

function steps(count: number, name: string, isBits = true): RowsStep[] {
  const all = played(rng.fork(name), { isBits });
  return Array.from({ length: count }, () => all.next().value);
}

describe.each(["bits", "float32"] as const)("what is remembered as %s", (observations) => {
  const all = steps(57, observations, observations === "bits");

  test("is read with what came of it n steps on, or at the end of the episode", () => {
    const memory = new StepMemory({ ...options, observations });
    for (const step of all) memory.add(step);
    expect(memory.added).toBe(114);
    expect(memory.size).toBe(2 * (20 - 3));
    const places = Int32Array.from({ length: memory.size }, (_, i) => memory.place(i));
    const got = memory.read(places);
    const kinds = { terminated: 0, truncated: 0, running: 0 };
    for (let i = 0; i < memory.size; i++) {
      const [begin, row] = [57 - 20 + Math.floor(i / rows), i % rows];
      const of = (x: ArrayLike<number>) => Array.from(x).slice(row * size, (row + 1) * size);
      let [sum, discount] = [0, 1];
      let next: number[] | undefined;
      let t = begin;
      for (; t < begin + 3 && next === undefined; t++) {
        const step = all[t]!;
        sum += discount * step.rewards[row]!;
        discount *= 0.9;
        if (step.terminated[row] === 1) next = Array(size).fill(0);
        else if (step.truncated[row] === 1) next = of(step.nextObservations);
        if (step.terminated[row] === 1) discount = 0;
      }
      kinds[discount === 0 ? "terminated" : next ? "truncated" : "running"]++;
      next ??= of(all[t]!.observations);
      expect(got.returns.data()[i]).toBeCloseTo(sum, 6);
      expect(got.discounts.data()[i]).toBeCloseTo(discount, 6);
      expect(got.actions.data()[i]).toBe(all[begin]!.actions[row]);
      const rowOf = (x: Float32Array) => Array.from(x.subarray(i * size, (i + 1) * size));
      expect(rowOf(got.observations.data() as Float32Array)).toEqual(of(all[begin]!.observations));
      expect(rowOf(got.nextObservations.data() as Float32Array)).toEqual(next);
    }
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(3);
  });
});

const makers: Readonly<Record<string, (over?: Partial<StepMemoryOptions>) => Replay>> = {
  uniform: (over) => uniformReplay({ ...options, observations: "bits", ...over }),
  prioritised: (over) =>
    prioritisedReplay({ ...options, observations: "bits", beta: { from: 0.4, over: 200 }, ...over }),
};

describe.each(Object.entries(makers))("%s replay", (_, make) => {
  const learn = (replay: Replay, stream: Rng) => {
    const { transitions, weights, places } = replay.sample(8, stream);
    replay.update(
      places,
      Float32Array.from(places, () => stream.uniform(0, 3)),
    );
    return [...Object.values(transitions), weights].map((x) => [...x.data()]);
  };

  test("goes on with the same bits where it was saved, of segments of which each was written once", () => {
    const replay = make();
    const segments: Uint8Array[] = [];
    steps(70, "saved").forEach((step, t) => {
      replay.add(step);
      if (t >= 5) learn(replay, rng.fork("before", t));
      if (t % 9 === 6) segments.push(replay.take());
    });
    segments.push(replay.take());
    expect(replay.take()).toHaveLength(0);
    const saved = structuredClone(replay.save());
    // the segments that are still needed, whole
    let bytes = 0;
    const first = segments.findLastIndex((segment) => {
      bytes += segment.length;
      return bytes >= replay.needed;
    });
    expect(first).toBeGreaterThan(2);
    const other = make();
    other.restore(saved, segments.slice(first));
    expect(other.needed).toBe(replay.needed);
    steps(40, "after").forEach((step, t) => {
      for (const it of [replay, other]) it.add(step);
      expect(learn(other, rng.fork("after", t))).toEqual(learn(replay, rng.fork("after", t)));
    });
    expect(other.take()).toEqual(replay.take());
    expect(other.needed).toBe(replay.needed);
  });

  test("takes no more than it remembers, however late", () => {
    const replay = make({ capacity: 20 });
    const whole = make({ capacity: 200 });
    for (const step of steps(60, "late")) {
      replay.add(step);
      whole.add(step);
    }
    const late = replay.take();
    expect(late).toHaveLength(replay.needed);
    const all = whole.take();
    expect(late).toEqual(all.slice(all.length - late.length));
  });

  test("segments that are too few, or torn, are refused", () => {
    const replay = make();
    for (const step of steps(30, "torn")) replay.add(step);
    const bytes = replay.take();
    const saved = replay.save();
    expect(() => make().restore(saved, [])).toThrow("replay: expected segments of 20 steps or more, got 0");
    expect(() => make().restore(saved, [bytes.slice(0, -1)])).toThrow("ends within a step");
  });

  test("sizes that cannot be, and nothing to draw from, are refused", () => {
    expect(() => make({ capacity: 6 })).toThrow(
      "replay: capacity must hold more than 3 steps of each of 2 rows, got 6. Make it 8 or more",
    );
    expect(() => make({ steps: 0 })).toThrow("replay: steps must be an integer >= 1, got 0");
    expect(() => make({ capacity: 2 ** 46 })).toThrow(/replay: capacity must fit in memory, got 7036.* MiB/);
    const replay = make();
    for (const step of steps(3, "few")) replay.add(step);
    expect(() => replay.sample(4, rng)).toThrow("replay: expected transitions to draw from, got none of 6");
    expect(() => replay.add(steps(1, "grey", false)[0]!)).toThrow("replay: expected observations of bits");
  });
});

test("all transitions are drawn alike", () => {
  const replay = makers.uniform!();
  for (const step of steps(40, "alike")) replay.add(step);
  const counts = new Map<number, number>();
  const stream = rng.fork("alike");
  for (let i = 0; i < 200; i++) {
    for (const place of replay.sample(17, stream).places) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  expect(counts.size).toBe(replay.size); // 34, each 100 times
  for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
});

test("transitions are drawn by priority, and weighed by how much too often", () => {
  const replay = prioritisedReplay({ ...options, exponent: 0.5, floor: 0, beta: { from: 0.5, over: 1e9 } });
  for (const step of steps(40, "priority")) replay.add(step);
  const places = new Set<number>();
  while (places.size < 34) for (const place of replay.sample(34, rng).places) places.add(place);
  const order = [...places].sort((a, b) => a - b);
  const errors = order.map((_, i) => i % 4); // of which none of 0 are drawn
  replay.update(Int32Array.from(order), errors);
  const total = errors.reduce((sum, error) => sum + Math.sqrt(error), 0);
  const counts = new Map(order.map((place) => [place, 0]));
  const stream = rng.fork("priority");
  const draws = 300 * 34;
  for (let i = 0; i < 300; i++) {
    const sample = replay.sample(34, stream);
    const weightOf = (place: number) => {
      const error = errors[order.indexOf(place)]!;
      return ((34 * Math.sqrt(error)) / total) ** -0.5;
    };
    const largest = Math.max(...Array.from(sample.places, weightOf));
    sample.places.forEach((place, j) => {
      counts.set(place, counts.get(place)! + 1);
      expect(sample.weights.data()[j]).toBeCloseTo(weightOf(place) / largest, 5);
    });
  }
  order.forEach((place, i) => {
    const expected = (draws * Math.sqrt(errors[i]!)) / total;
    expect(Math.abs(counts.get(place)! - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
  });
});

test("what is new has the highest priority so far, once it is known what came of it", () => {
  const replay = prioritisedReplay({ ...options, exponent: 1, floor: 0 });
  const all = steps(12, "new");
  for (const step of all.slice(0, 10)) replay.add(step);
  const { places } = replay.sample(100, rng.fork("all"));
  replay.update(
    places,
    Float32Array.from(places, () => 1e-3),
  );
  replay.update(places.slice(0, 1), [1000]);
  replay.update(places.slice(0, 1), [0]);
  replay.add(all[10]!); // so that step 7 may be drawn
  const drawn = new Set(replay.sample(50, rng.fork("newest")).places);
  expect([...drawn].sort((a, b) => a - b)).toEqual([14, 15]);
});

test("a sum tree finds the place at which the running sum passes a number", () => {
  const values = [3, 0, 2, 0.5, 0, 0, 4];
  const sums = new SumTree(values.length);
  values.forEach((value, place) => {
    sums.set(place, value);
  });
  expect(sums.total).toBe(9.5);
  for (let x = 0; x < 9.5; x += 0.125) {
    let [left, place] = [x, 0];
    while (left >= values[place]!) left -= values[place++]!;
    expect(sums.find(x)).toBe(place);
  }
  expect(sums.find(9.5)).toBe(6);
  expect([...sums.values()]).toEqual(values);
  const other = new SumTree(values.length);
  other.fill(values);
  expect(other.total).toBe(9.5);
});
