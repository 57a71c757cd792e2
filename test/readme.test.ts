import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { withGeneratedParts } from "../tools/readme.js";

const readme = readFileSync("README.md", "utf8");

test("the README's program and tables are those of examples/, results/ and bench/ (npm run readme)", () => {
  expect(readme).toBe(withGeneratedParts(readme));
});

test.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/environments.md", "docs/metaworld.md"])(
  "every file that %s links to exists",
  (name) => {
    const links = [...readFileSync(name, "utf8").matchAll(/(?:\]\(|src=")(?!https?:|#)([^)"#]+)/g)].map(
      ([, path]) => path!,
    );
    expect(links.filter((path) => !existsSync(join(dirname(name), path)))).toEqual([]);
  },
);
