// @module-tag slow
/** Recorded episodes of the original, again: the same actions on the same scenes. Not all tasks have recordings. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Metaworld } from "../metaworld.js";
import { compareWithGolden } from "../parity.js";
import {
  goldenTasks,
  hasOfficialAssets,
  readGolden,
  readOfficialAssets,
} from "../testing/official-assets.js";
import { sawyerTasks } from "./index.js";

/** Rounding of the recorded numbers, which have 7 digits after the point. */
const ROUNDING = 1e-7;

describe.skipIf(!hasOfficialAssets)(
  "episodes of the original (skipped where ../shared has no Meta-World)",
  () => {
    let metaworld: Metaworld;
    beforeAll(async () => {
      metaworld = await Metaworld.load({ assets: readOfficialAssets() });
    }, 60_000);
    afterAll(() => metaworld.close());

    const recorded = goldenTasks();
    for (const { name } of sawyerTasks) {
      const claim = `${name}: observations, both rewards and success are the recorded ones in every step`;
      test.skipIf(!recorded.includes(name))(claim, () => {
        const parity = compareWithGolden(metaworld, readGolden(name));
        expect(parity.steps).toBeGreaterThan(50);
        expect(parity.observation).toBeLessThan(ROUNDING);
        expect(parity.rewardV2).toBeLessThan(ROUNDING);
        expect(parity.rewardV1).toBeLessThan(ROUNDING);
        expect(parity.successes).toBe(0);
      });
    }
  },
);
