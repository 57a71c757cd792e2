import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    // V8 before Node 22 has relaxed SIMD behind a flag; the workers of the tests get it as the command line does.
    execArgv: ["--experimental-wasm-relaxed-simd"],
    pool: "forks",
  },
});
