import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { Metaworld } from "./metaworld.js";
import { approach, lifted, peaks, progress } from "./rewards-v1.js";
import { add, lift } from "./vec3.js";
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
