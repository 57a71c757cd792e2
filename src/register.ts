/**
 * Lets Node run TypeScript that uses the library, without a build:
 *
 *     node --import metagrad/register program.ts
 *     NODE_OPTIONS="--import metagrad/register" some-tool
 *
 * `npx metagrad run program.ts` does the same. Types are erased, not checked.
 *
 * @module
 */
import { registerTypeScript } from "./platform/typescript.js";

registerTypeScript();
