/** The official archives, from end to end. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { omniglotRecipe, rotationsAsClasses, sampleEpisodes } from "../data/index.js";
import { Rng } from "../random/index.js";
import { addDataset } from "./add-dataset.js";
import { openDataset } from "./dataset.js";
import { openImageStore } from "./image-store.js";
import { knownSets } from "./known-sets.js";
import { checkOmniglot } from "./omniglot-digests.js";

const shared = fileURLToPath(new URL("../../../shared/data/omniglot/", import.meta.url));

describe.skipIf(!existsSync(shared))(
  "the official Omniglot (skipped where ../shared has no archives)",
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "metagrad-omniglot-"));
      await addDataset("omniglot", knownSets.omniglot!, shared, { folder });
    }, 120_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test("it is opened and verified in less than 0.3 s", () => {
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now();
        openDataset("omniglot", { folder }).source();
        return performance.now() - start;
      });
      expect(Math.min(...times)).toBeLessThan(300);
    });

    test("its checksums are those of the published drawings", () => {
      expect(openDataset("omniglot", { folder }).checksum).toBe(
        "sha256:0aae6fe302816f54728fcb386ae9f8ad11eac87a9eadf43bf920c9d7de43e501",
      );
      expect(openDataset("omniglot", { folder, size: 105 }).checksum).toBe(
        "sha256:8a10f94ccd418fa3dbd159c823f2755cd2a0b35be2daa9f92fcc11413ca1e155",
      );
    });

    test("an altered drawing is found, and its alphabet named", () => {
      const store = openImageStore(join(folder, "omniglot-105x105.images"));
      store.close();
      checkOmniglot(omniglotRecipe(105), store.classes);
      const altered = store.classes.map((it, k) =>
        k === 400 ? { ...it, sha256: store.classes[0]!.sha256 } : it,
      );
      expect(() => checkOmniglot(omniglotRecipe(105), altered)).toThrow(
        "omniglot: expected the published drawings, got others for Greek. Get the official archives",
      );
    });

    test("32 tasks of 5-way 1-shot are drawn in less than 2.5 ms, a hundredth of the step that learns from them", () => {
      const source = rotationsAsClasses(openDataset("omniglot", { folder }).source("vinyals-train"));
      const draw = (seed: number) =>
        sampleEpisodes(source, Rng.seed(seed), { tasks: 32, ways: 5, shots: 1, queries: 1 });
      const times = Array.from({ length: 100 }, (_, seed) => {
        const start = performance.now();
        draw(seed);
        return performance.now() - start;
      });
      expect(Math.min(...times)).toBeLessThan(2.5);
      expect(draw(0).support.x.shape).toEqual([32, 5, 28, 28, 1]);
    });
  },
);
