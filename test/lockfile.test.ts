/** `npm ci` must work on every platform, from any registry. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Entry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const packages: Readonly<Record<string, Entry>> = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
).packages;

test("every platform's binaries are locked: npm leaves out those that it cannot find, and then refuses to install", () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

test("no entry names the registry that it came from", () => {
  expect(Object.keys(packages).filter((path) => packages[path]!.resolved !== undefined)).toEqual([]);
});
