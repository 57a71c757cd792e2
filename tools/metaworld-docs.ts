/** Writes docs/metaworld.md from the definitions of the tasks. Usage: npm run docs */
import { writeFileSync } from "node:fs";
import { metaworldDocs } from "./metaworld-page.js";

writeFileSync(new URL("../docs/metaworld.md", import.meta.url), metaworldDocs());
