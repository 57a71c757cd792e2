// @module-tag slow
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

    test("it is 1,623 characters of 20 drawings, 28 x 28", () => {
      const { numClasses, imagesPerClass, height, width, channels } = openDataset("omniglot", {
        folder,
      }).source();
      expect([numClasses, imagesPerClass, height, width, channels]).toEqual([1623, 20, 28, 28, 1]);
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

    test("its training characters and their rotations are the 4,112 classes that tasks are drawn from", () => {
      const source = rotationsAsClasses(openDataset("omniglot", { folder }).source("vinyals-train"));
      const options = { tasks: 32, ways: 5, shots: 1, queries: 1 };
      expect(source.numClasses).toBe(4 * 1028);
      expect(sampleEpisodes(source, Rng.seed(0), options).support.x.shape).toEqual([32, 5, 28, 28, 1]);
    });
  },
);
