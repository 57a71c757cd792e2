import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (from: string) => fileURLToPath(new URL(from, import.meta.url));
/** With these the page is cross-origin isolated, so that its threads may share memory. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  root: path("."),
  base: "./", // so that the folder works wherever it lies
  resolve: {
    // the library's sources; a page of your own needs none of this
    alias: [
      { find: /^metagrad$/, replacement: path("../../src/index.ts") },
      { find: /^metagrad\/(\w+)$/, replacement: path("../../src/$1/index.ts") },
    ],
  },
  build: { target: "esnext", outDir: "dist" },
  server: { headers, fs: { allow: [path("../..")] } },
  preview: { headers },
});
