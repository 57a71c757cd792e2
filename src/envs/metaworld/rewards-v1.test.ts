import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { Metaworld } from "./metaworld.js";
import {
  approach,
  lifted,
  peaks,
  pickReward,
  pickStart,
  progress,
  pushOnTableReward,
  pushStart,
  sweepReward,
} from "./rewards-v1.js";
import { add, lift, type Vec3 } from "./vec3.js";
import type { World } from "./world.js";

test("progress is 2000 at the goal, and more by 1000 a metre from where it began", () => {
  expect(peaks(0)).toBe(2);
  expect(progress(0, 0.3)).toBe(2300);
  expect(progress(0.1, 0.3)).toBeCloseTo(200 + 1000 * (Math.exp(-1) + Math.exp(-10)), 9);
});

describe("an object that is lifted", () => {
  const at = (z: number, reach = 0.05) => lifted({ z, reach, x: 0.5, height: 0.02, lift: 0.1 });

  test("is paid 100 a metre of its height while the hand is near", () => {
    expect(at(0.02)).toEqual({ reward: 0, carried: false });
    expect(at(0.06)).toEqual({ reward: 6, carried: false });
    expect(at(0.06, 0.2)).toEqual({ reward: 0, carried: false });
  });

  test("is carried from 1 cm below the lift on, and then paid for all of it", () => {
    expect(at(0.111).reward).toBeCloseTo(12, 9);
    expect(at(0.111).carried).toBe(true);
    expect(at(0.111, 0.2)).toMatchObject({ carried: false });
    expect(at(0.111, 0.2).reward).toBeCloseTo(12, 9);
  });

  test("is paid from the height that is asked for", () => {
    const { reward } = lifted({ z: 0.06, reach: 0.05, x: 0.5, height: 0.02, lift: 0.1, paidFrom: 0.02 });
    expect(reward).toBeCloseTo(4, 9);
  });
});

describe("the way to an object", () => {
  let metaworld: Metaworld;
  let world: World;
  beforeAll(async () => {
    metaworld = await Metaworld.load();
    const env = metaworld.env("peg-insert-side");
    env.reset(
      { name: "peg-insert-side", variation: [0.1, 0.6, 0.02, -0.3, 0.5, 0] },
      Rng.seed(0),
      new Float64Array(39),
    );
    world = env.stage.world;
  });
  afterAll(() => metaworld.close());

  test("is minus the distance over the object, and less at another height while the hand is aside", () => {
    const { tcp } = world;
    expect(approach(world, lift(tcp, -0.1), { near: 0.05, rise: 2 })).toBeCloseTo(-0.1, 12);
    const aside = add(tcp, [0.3, 0, -0.1]);
    const height = tcp[2] + 0.02;
    expect(approach(world, aside, { near: 0.05, rise: 2, height })).toBeCloseTo(-0.3 - 0.04, 12);
    expect(approach(world, aside, { near: 0.05, rise: 1, height })).toBeCloseTo(-0.3 - 0.02, 12);
  });

  test("rewards closing the fingers at the object only, in float32", () => {
    world.effort = Math.fround(0.7);
    const bonus = Math.fround(world.effort / 50);
    expect(approach(world, world.tcp, { near: 0.05, rise: 2 })).toBe(bonus);
    expect(approach(world, lift(world.tcp, -0.06), { near: 0.05, rise: 2 })).toBeCloseTo(-0.06, 12);
    world.effort = -1;
    expect(approach(world, world.tcp, { near: 0.05, rise: 2 })).toBeCloseTo(0, 12);
  });
});

describe("rewards of the first version", () => {
  let metaworld: Metaworld;
  let world: World;
  let tcp: Vec3;
  beforeAll(async () => {
    metaworld = await Metaworld.load();
    const env = metaworld.env("push");
    env.reset({ name: "push", variation: [0, 0.6, 0.02, 0, 0.85, 0.015] }, Rng.seed(0), new Float64Array(39));
    world = env.stage.world;
    tcp = world.tcp;
  });
  afterAll(() => metaworld.close());

  test("pushing pays a metre as 1000 and the goal as 2000, once the fingers are within 5 cm", () => {
    world.object = tcp;
    expect(pushOnTableReward(world, pushStart(add(tcp, [0.3, 0.4, 0]), tcp))).toBeCloseTo(500 + 2000, 9);
    const start = pushStart(add(tcp, [0.3, 0.4, 0]), lift(tcp, 1));
    expect(pushOnTableReward(world, start)).toBeCloseTo(2500, 9); // as seen from above
    world.object = add(tcp, [0.06, 0, 0]);
    expect(pushOnTableReward(world, pushStart(tcp, tcp))).toBeCloseTo(-0.06, 12);
  });

  test("what has been swept over an edge counts as arrived, but only for fingers that are with it", () => {
    const start = pushStart(tcp, add(tcp, [0.5, 0, 0]));
    world.object = lift(tcp, -0.04);
    expect(sweepReward(world, start, true)).toBeCloseTo(500 + 2000, 9);
    expect(sweepReward(world, start, false)).toBeLessThan(1);
    world.object = lift(tcp, -0.06);
    expect(sweepReward(world, start, true)).toBe(0);
    expect(sweepReward(world, start, false)).toBeCloseTo(-0.06, 12);
  });

  test("a lift is paid from the height that a task names", () => {
    world.effort = 0;
    world.object = tcp;
    const start = pickStart(add(tcp, [0.2, 0, 0]), add(tcp, [9, 0, 0]), tcp[2] - 0.03, 0.1);
    const options = { ...start, object: tcp, lift: 0.1 };
    expect(pickReward(world, options)).toBeCloseTo(100 * tcp[2], 9);
    expect(pickReward(world, { ...options, paidFrom: tcp[2] - 0.05 })).toBeCloseTo(5, 9);
    const high = { ...options, lift: 0.035, paidFrom: tcp[2] - 0.05, distance0: 0 };
    expect(pickReward(world, high)).toBeCloseTo(100 * (0.035 - 0.03 + 0.05), 9);
    world.effort = Math.fround(0.3);
    expect(pickReward(world, high)).toBeCloseTo(5.5 + Math.fround(Math.fround(0.3) / 50), 12);
  });
});
