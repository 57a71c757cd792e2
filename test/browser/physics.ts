/** A page's worker that steps MuJoCo as it is asked to, and tells the reward. */
import { Metaworld } from "../../src/envs/index.js";
import { Rng } from "../../src/random/index.js";

globalThis.addEventListener("message", async () => {
  try {
    const metaworld = await Metaworld.load();
    const env = metaworld.env("reach");
    env.reset(env.sampleTask(Rng.seed(0)), Rng.seed(0), new Float64Array(39));
    const { reward } = env.step([0, 0, 0, 0], new Float64Array(39));
    postMessage({ reward });
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
