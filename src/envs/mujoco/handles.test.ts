import { expect, test } from "vitest";
import { collectGarbage } from "../../engine/testing/collect-garbage.js";
import { EnvError } from "../../errors.js";
import { Rng } from "../../random/index.js";
import { Metaworld } from "../metaworld/metaworld.js";
import { loadMujoco } from "./engine.js";
import { inMujocoMemory } from "./handles.js";
import { Locomotion } from "./locomotion.js";
import { Scene } from "./scene.js";
import { Simulation } from "./simulation.js";

const xml = (memory: string) =>
  `<mujoco><size memory="${memory}"/><worldbody><body><freejoint/><geom size="1"/></body></worldbody></mujoco>`;

/** Bytes of MuJoCo's heap after so many more turns. */
async function heapAfter(turns: number, turn: () => unknown): Promise<number> {
  for (let i = 0; i < turns; i++) {
    await turn();
    if (i % 2 === 1) await collectGarbage();
  }
  const simulation = new Simulation(Scene.fromXml(await loadMujoco(), "ball", xml("1M")));
  return simulation.qpos.buffer.byteLength;
}

test.each<[string, () => unknown]>([
  [
    "scenes and simulations",
    async () => new Simulation(Scene.fromXml(await loadMujoco(), "ball", xml("16M"))).step(1),
  ],
  [
    "half cheetahs",
    async () => {
      const env = (await Locomotion.load()).env("half-cheetah/velocity");
      const rng = Rng.seed(1);
      env.reset(env.sampleTask(rng), rng, new Float64Array(100));
    },
  ],
  [
    "Meta-World's environments",
    async () => {
      const env = (await Metaworld.load()).env("reach");
      const rng = Rng.seed(1);
      env.reset(env.sampleTask(rng), rng, new Float64Array(100));
    },
  ],
])("%s that are dropped without close() give their memory back", async (_, turn) => {
  const before = await heapAfter(4, turn);
  expect(await heapAfter(12, turn)).toBeLessThanOrEqual(1.1 * before);
});

test("a simulation goes on while its scene and others are dropped", async () => {
  const mujoco = await loadMujoco();
  const simulation = new Simulation(Scene.fromXml(mujoco, "ball", xml("1M")));
  const other = new Simulation(simulation.scene);
  for (let i = 0; i < 5; i++) new Simulation(simulation.scene).step(1);
  await collectGarbage();
  for (const it of [simulation, other]) it.step(10);
  expect(simulation.qpos).toEqual(other.qpos);
  expect(simulation.qpos[2]).toBeLessThan(0);
  simulation.close();
  other.close();
  await collectGarbage(); // deletes nothing twice
});

test("a full memory is an error in our words", async () => {
  const mujoco = await loadMujoco();
  const full = "ball: expected room in MuJoCo's memory, got none: its 2 GiB are full. Close environments";
  expect(() => Scene.fromXml(mujoco, "ball", xml("2040M"))).toThrow(EnvError);
  expect(() => Scene.fromXml(mujoco, "ball", xml("2040M"))).toThrow(full);
  const scene = Scene.fromXml(mujoco, "ball", xml("1100M"));
  const simulation = new Simulation(scene);
  expect(() => new Simulation(scene)).toThrow(full);
  simulation.close();
  scene.close();
});

test.each([
  ["std::bad_alloc: std::bad_alloc", "a: expected room in MuJoCo's memory, got none: its 2 GiB are full"],
  ["RuntimeError: memory access out of bounds", "Its memory may be damaged: start the program again"],
  ["RuntimeError: Aborted(native code called abort())", "Its memory may be damaged: start the program again"],
])("%s of MuJoCo's own code is told in words", (problem, message) => {
  const fail = () =>
    inMujocoMemory("a", () => {
      throw problem;
    });
  expect(fail).toThrow(EnvError);
  expect(fail).toThrow(message);
});
