import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    tags: [
      {
        name: "slow",
        description:
          "Whole programs, browsers, learning and recordings: `npm run test:all` runs them, `npm test` does not.",
      },
    ],
    pool: "forks",
  },
});
