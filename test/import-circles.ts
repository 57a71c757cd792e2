/**
 * Circles among the modules of a folder, which are all that can make a module's import depend on who imports it first.
 *
 * A module that is on no circle always runs after everything that it imports; one on a circle may run before some of
 * it, so that whether it loads depends on where the loading began.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const IMPORT = /^(?:import|export)\s[^;]*?from "(\.[^"]+)"|^import "(\.[^"]+)"/gm;

/** Paths of the JavaScript modules in a folder. */
export function modulesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(folder, name))
    .sort();
}

/** The groups of modules that import each other, directly or by way of others. */
export function importCircles(modules: readonly string[]): string[][] {
  const imports = new Map(
    modules.map((path) => {
      const found = [...readFileSync(path, "utf8").matchAll(IMPORT)];
      return [path, found.map(([, from, bare]) => resolve(dirname(path), (from ?? bare)!))];
    }),
  );
  const reached = new Map(modules.map((path) => [path, reachable(path, imports)]));
  const circles = new Map<string, string[]>();
  for (const path of modules) {
    const circle = modules.filter((other) => reached.get(path)!.has(other) && reached.get(other)!.has(path));
    if (circle.length > 0) circles.set(circle[0]!, circle);
  }
  return [...circles.values()];
}

function reachable(from: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string): void => {
    for (const next of imports.get(path) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(from);
  return found;
}
