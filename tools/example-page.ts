/** How the pages of `examples/` are served and built. */
import { fileURLToPath } from "node:url";
import { mergeConfig, type UserConfig } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** With these a page is cross-origin isolated, so that its threads may share memory. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** @param config the URL of the page's `vite.config.ts` @param more what this page needs beside */
export function examplePage(config: string, more: UserConfig = {}): UserConfig {
  const page: UserConfig = {
    root: fileURLToPath(new URL(".", config)),
    base: "./", // so that the folder works wherever it lies
    resolve: {
      // the library's sources; a page of your own needs none of this
      alias: [
        { find: /^metagrad$/, replacement: source("index.ts") },
        { find: /^metagrad\/(\w+)$/, replacement: source("$1/index.ts") },
      ],
    },
    build: { target: "esnext", outDir: "dist" },
    server: { headers, fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] } },
    preview: { headers },
  };
  return mergeConfig(page, more);
}
