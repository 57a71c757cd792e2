import { afterEach, expect, test } from "vitest";
import { ConfigError } from "../../errors.js";
import { chooseBuild, currentBuild } from "./build.js";

afterEach(() => chooseBuild(undefined));

test("the builds that exist can be chosen, and nothing else", () => {
  chooseBuild("simd");
  expect(currentBuild()).toBe("simd");
  for (const wrong of ["x", "SIMD", "", null, 1]) {
    expect(() => chooseBuild(wrong as never)).toThrow(ConfigError);
    expect(() => chooseBuild(wrong as never)).toThrow(
      `chooseBuild: expected "simd", "relaxed" or undefined, got ${JSON.stringify(wrong)}`,
    );
  }
  expect(currentBuild()).toBe("simd");
});
