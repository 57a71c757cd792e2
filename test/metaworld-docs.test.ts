/** docs/metaworld.md is what the tasks say of themselves. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sawyerTasks } from "../src/envs/index.js";
import { metaworldDocs } from "../tools/metaworld-page.js";

test("docs/metaworld.md is what `npm run docs` writes", () => {
  // the formatter pads tables
  const plain = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  expect(plain(readFileSync("docs/metaworld.md", "utf8"))).toBe(plain(metaworldDocs()));
});

test("every task says what it is, when it succeeds and what is rewarded", () => {
  for (const { name, summary, succeeds, rewarded, observed } of sawyerTasks) {
    expect([name, summary.length > 10, succeeds.length > 10, rewarded.length > 10]).toEqual([
      name,
      true,
      true,
      true,
    ]);
    expect(observed.length).toBeGreaterThan(0);
  }
});
