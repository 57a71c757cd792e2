// @ts-check
/**
 * Lets Node import TypeScript: types are erased when a module is loaded; nothing is checked.
 *
 * Every version of Node runs a program alike, also those that can erase types themselves, which refuse enums and the
 * `import "./x.js"` of an `x.ts`.
 *
 * Plain JavaScript, so that it starts as it is, from source and from a build. It is for Node only: nothing that a page
 * loads imports it, and threads find it by its URL.
 *
 * @module
 */
import * as nodeModule from "node:module";
import * as hooks from "./typescript-hooks.js";

let registered = false;

/** Makes `import` in this thread take TypeScript from now on. A thread that it starts has to ask for itself. */
export function registerTypeScript() {
  if (registered) return;
  registered = true;
  process.setSourceMapsEnabled(true); // so that errors name the lines that were written
  // from Node 22.15 on hooks run in this thread; before, they have one of their own
  if ("registerHooks" in nodeModule) {
    const registerHooks = /** @type {(hooks: object) => void} */ (nodeModule.registerHooks);
    registerHooks(hooks);
  } else nodeModule.register(new URL("./typescript-hooks.js", import.meta.url));
}
