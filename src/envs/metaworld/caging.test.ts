import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { alongHandle, closing, isHeld } from "./caging.js";
import { Metaworld } from "./metaworld.js";
import { act } from "./policy.js";
import { sawyerTask } from "./tasks/index.js";

describe("the grip", () => {
  let metaworld: Metaworld;
  beforeAll(async () => {
    metaworld = await Metaworld.load();
  });
  afterAll(() => metaworld.close());

  function begin(name: string, variation: readonly number[]) {
    const env = metaworld.env(name, { goalVisible: true });
    const observation = new Float64Array(39);
    env.reset({ name, variation }, Rng.seed(0), observation);
    return { env, observation, world: env.stage.world };
  }

  test("a command up to what counts as full is a float32 number, and so is all that is made of it", () => {
    const { world } = begin("push", [0, 0.6, 0.02, 0, 0.85, 0.015]);
    const closed = (effort: number, full: number) => {
      world.effort = Math.fround(effort);
      const { value, round } = closing(world, full);
      return [value, round(0.1) === 0.1 ? "float64" : "float32"];
    };
    expect(closed(0.1, 0.1)).toEqual([1, "float32"]); // 0.1 in float32 is more than 0.1
    expect(closed(0.7, 0.7)).toEqual([1, "float32"]); // 0.7 in float32 is less
    expect(closed(0.2, 0.1)).toEqual([1, "float64"]);
    expect(closed(0, 1)).toEqual([0, "float64"]);
    expect(closed(-1, 1)).toEqual([0, "float64"]);
    expect(closed(0.3, 0.7)).toEqual([Math.fround(Math.fround(0.3) / Math.fround(0.7)), "float32"]);
  });

  test("an object is held once both fingers press on it and it is 2 cm up", () => {
    const { env, observation, world } = begin("pick-place", [0, 0.65, 0.02, 0, 0.85, 0.25]);
    const start = { object: [0, 0.65, 0.02] as const };
    const action = new Float64Array(4);
    const seen: string[] = [];
    for (let t = 0; t < 60; t++) {
      act(sawyerTask("pick-place"), observation, action);
      for (let k = 0; k < 4; k++) action[k] = Math.min(1, Math.max(-1, action[k]!));
      env.step(action, observation);
      const high = world.object[2] > 0.04;
      const now = isHeld(world, start) ? "held" : world.touching("objGeom") ? "touched" : "free";
      expect(now === "held").toBe(high && world.touching("objGeom"));
      if (seen.at(-1) !== now) seen.push(now);
    }
    expect(seen.slice(0, 3)).toEqual(["free", "touched", "held"]);
  });
});

test("a handle is held at the hand, if that is within the handle", async () => {
  const metaworld = await Metaworld.load();
  const env = metaworld.env("hammer");
  env.reset({ name: "hammer", variation: [0, 0.45, 0] }, Rng.seed(0), new Float64Array(39));
  const { world } = env.stage;
  world.object = [0.1, 0.45, 0.03];
  world.hand = [0.04, 0.6, 0.2];
  expect(alongHandle(world, 0.07)).toEqual([0.04, 0.45, 0.03]);
  world.hand = [0.02, 0.6, 0.2];
  expect(alongHandle(world, 0.07)).toEqual([0.1, 0.45, 0.03]);
  metaworld.close();
});
