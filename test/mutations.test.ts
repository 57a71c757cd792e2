// @module-tag slow
/** 500 mutants of each format that is read; `npm run bench:mutations` reads 10,000. */
import { afterAll, describe, expect, test } from "vitest";
import { byteFormats, faultOf, folderFormats } from "./mutations.js";

const MUTANTS = 500;

const { formats, close } = await folderFormats();
afterAll(close);

describe("no reader answers a damaged file but by a value or by a MetaError:", () => {
  test.each([...byteFormats(), ...formats].map((format) => [format.name, format] as const))(
    "%s",
    { timeout: 120_000 },
    (_, format) => {
      expect(format.samples.length).toBeGreaterThan(0);
      for (const sample of format.samples) expect(() => format.read(sample)).not.toThrow(TypeError);
      const faults = Array.from({ length: MUTANTS }, (_, seed) => faultOf(format, seed));
      expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    },
  );
});
