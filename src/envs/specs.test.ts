// @module-tag slow
/** What each environment observes, takes, reports and lasts: the snapshot beside this file changes with any of it. */
import { expect, test } from "vitest";
import { environments } from "./registry.js";

test("the specs of all environments are those of the snapshot", async () => {
  const specs: Record<string, unknown> = {};
  for (const [name, entry] of environments) {
    const env = await entry.make();
    const { name: _, ...spec } = env.spec;
    specs[name] = spec;
    env.close();
  }
  const lines = Object.entries(specs).map(([name, spec]) => `${name} ${show(spec)}`);
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("__snapshots__/specs.txt");
});

function show(spec: unknown): string {
  return JSON.stringify(spec, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}
