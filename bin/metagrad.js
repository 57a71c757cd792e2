#!/usr/bin/env node
// Starts the build, or in a checkout without one the sources. METAGRAD_SOURCE=1 always starts the sources.
import { existsSync } from "node:fs";

const build = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(build) && !process.env.METAGRAD_SOURCE) {
  await import(build.href);
} else {
  const { register } = await import("tsx/esm/api");
  register();
  await import(new URL("../src/cli/main.ts", import.meta.url).href);
}
