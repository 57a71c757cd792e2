// @module-tag slow
/** What a browser gets: the portable part without anything of Node, and the engine in little space. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../src/", import.meta.url));
const { exports }: { exports: Record<string, string | { default: string }> } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);
const NODE_ONLY = ["./run", "./datasets", "./register", "./worker"];

test("the engine and its transforms are less than 200 kB of gzipped JavaScript, without Node", async () => {
  const { code, builtins } = await bundle(`
    export { compile } from "${src}engine/index.ts";
    export { grad, vmap } from "${src}tensor/index.ts";
  `);
  const [minified, zipped] = [code.length, gzipSync(code).length].map((bytes) => bytes / 1000);
  console.log(`engine: ${minified!.toFixed(1)} kB minified, ${zipped!.toFixed(1)} kB gzipped`);
  expect(builtins).toEqual([]);
  expect(code).toContain("WebAssembly");
  expect(zipped).toBeLessThan(200);
});

test("all of the portable part bundles for browsers, without Node", async () => {
  const entries = Object.entries(exports).flatMap(([name, target]) =>
    typeof target === "string" || NODE_ONLY.includes(name)
      ? []
      : target.default.replace("./dist/", src).replace(/\.js$/, ".ts"),
  );
  expect(entries).toContain(`${src}engine/index.ts`);
  const { builtins } = await bundle(
    entries.map((path, i) => `export * as part${i} from "${path}";`).join("\n"),
  );
  expect(builtins).toEqual([]);
});

/** Bundles an entry as a browser's build would. @returns the code, and who imports what of Node */
async function bundle(entry: string): Promise<{ code: string; builtins: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "metagrad-bundle-"));
  const builtins: string[] = [];
  try {
    const file = join(folder, "entry.ts");
    writeFileSync(file, entry);
    const result = await build({
      configFile: false,
      logLevel: "error",
      build: { write: false, minify: true, target: "esnext", lib: { entry: file, formats: ["es"] } },
      plugins: [
        {
          name: "find-builtins",
          enforce: "pre",
          resolveId(id, importer) {
            if (!isBuiltin(id)) return null;
            if (importer?.includes("@mujoco/mujoco")) return { id, external: true }; // which it asks for in Node only
            builtins.push(`${importer} imports ${id}`);
            return { id, external: true };
          },
        },
      ],
    });
    const outputs = [result].flat().flatMap((it) => ("output" in it ? it.output : []));
    return { code: outputs.map((it) => (it.type === "chunk" ? it.code : "")).join("\n"), builtins };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
