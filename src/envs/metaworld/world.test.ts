import { expect, test } from "vitest";
import { Rng } from "../../random/index.js";
import { Metaworld } from "./metaworld.js";

test("placing the object's joint puts it at rest and moves what hangs on it at once", async () => {
  const metaworld = await Metaworld.load();
  const env = metaworld.env("drawer-open");
  env.reset({ name: "drawer-open", variation: [0, 0.9, 0] }, Rng.seed(0), new Float64Array(39));
  const { world, simulation } = env.stage;
  const [x, y, z] = world.body("drawer_link");
  const speeds = simulation.qvel.slice(0, 9);
  simulation.qvel[9] = 0.3;
  world.placeJoint(-0.1);
  expect(world.joint("goal_slidey")).toBe(-0.1);
  expect([...simulation.qvel]).toEqual([...speeds, 0]);
  const [x1, y1, z1] = world.body("drawer_link");
  expect([x1, z1]).toEqual([x, z]);
  expect(y1 - y).toBeCloseTo(-0.1, 4);
  metaworld.close();
});

test("a joint that is set is at rest, one that is shifted goes on", async () => {
  const metaworld = await Metaworld.load();
  const env = metaworld.env("window-open");
  env.reset({ name: "window-open", variation: [0, 0.8, 0.16] }, Rng.seed(0), new Float64Array(39));
  const { world, simulation } = env.stage;
  simulation.qvel[9] = 0.3;
  world.shiftJoint("window_slide", 0.1);
  expect([world.joint("window_slide"), simulation.qvel[9]]).toEqual([0.1, 0.3]);
  world.setJoint("window_slide", 0.2);
  expect([world.joint("window_slide"), simulation.qvel[9]]).toEqual([0.2, 0]);
  metaworld.close();
});
