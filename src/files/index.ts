/** Files of Node: written whole or not at all, with the system's errors in words. */
export { replaceInPieces } from "./replace.js";
export { type Advice, type FileAction, fileErrors } from "./system-errors.js";
