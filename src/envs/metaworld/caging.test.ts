import { expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { alongHandle } from "./caging.js";
import { Metaworld } from "./metaworld.js";

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
