// @ts-check
/**
 * Answers Node when it imports a module: which file is meant, and what is in it. `typescript.js` registers this.
 *
 * Files are found as TypeScript's compiler finds them: `./x.js` may be `x.ts`, and `./x` may be `x.ts` or
 * `x/index.ts`. `metagrad` is always the copy of the package that this file belongs to: two copies in one process
 * would not know each other's tensors.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * What Node's own hooks return: a promise where hooks have a thread of their own.
 * @typedef {{ url: string, format?: string | null }} Resolved
 * @typedef {{ format: string, source: string, shortCircuit: true }} Loaded
 */

const SOURCE = /\.m?ts$/;
const fromSource = new URL(".", import.meta.url).pathname.endsWith("/src/platform/");

/**
 * @template {{ parentURL?: string | undefined }} Context
 * @param {string} specifier
 * @param {Context} context
 * @param {(specifier: string, context: Context) => Resolved | Promise<Resolved>} next
 * @returns {Resolved | Promise<Resolved> | { url: string, shortCircuit: true }}
 */
export function resolve(specifier, context, next) {
  if (/^metagrad(\/|$)/.test(specifier)) return resolveOwn(specifier, context, next);
  const { parentURL = "" } = context;
  if (!/^(\.|\/|file:)/.test(specifier) || !parentURL.startsWith("file:")) return next(specifier, context);
  const written = new URL(specifier, parentURL);
  const found = isFile(written) ? undefined : sourcesOf(written).find(isFile);
  return next(found ? found.href : specifier, context);
}

/**
 * @template {{ parentURL?: string | undefined }} Context
 * @param {string} specifier
 * @param {Context} context
 * @param {(specifier: string, context: Context) => Resolved | Promise<Resolved>} next
 */
function resolveOwn(specifier, context, next) {
  const resolved = next(specifier, { ...context, parentURL: import.meta.url });
  if (!fromSource) return resolved;
  const url = (/** @type {Resolved} */ it) => it.url.replace("/dist/", "/src/").replace(/\.js$/, ".ts");
  return resolved instanceof Promise
    ? resolved.then((it) => ({ url: url(it), shortCircuit: true }))
    : { url: url(resolved), shortCircuit: true };
}

/**
 * The sources that may be meant by the name of a file that is not there.
 * @param {URL} url
 */
function sourcesOf(url) {
  const { href } = url;
  const names = /\.m?js$/.test(url.pathname)
    ? [href.replace(/js$/, "ts")]
    : [`${href}.ts`, `${href}.mts`, `${href}/index.ts`];
  return names.map((name) => new URL(name));
}

/** @param {URL} url */
function isFile(url) {
  return statSync(url, { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * @template Context
 * @template Next
 * @param {string} url
 * @param {Context} context
 * @param {(url: string, context: Context) => Next} next
 * @returns {Next | Loaded}
 */
export function load(url, context, next) {
  if (!url.startsWith("file:") || !SOURCE.test(new URL(url).pathname)) return next(url, context);
  return {
    format: "module",
    source: eraseTypes(readFileSync(new URL(url), "utf8"), url),
    shortCircuit: true,
  };
}

/**
 * @typedef {{ readonly message: string, readonly snippet: string, readonly startLine: number, readonly startColumn: number }} Mistake
 * @typedef {{ transformSync(text: string, options: object): { code: string, map: string } }} Compiler
 * @type {Compiler | undefined}
 */
let compiler;

/**
 * @param {string} text
 * @param {string} url
 */
function eraseTypes(text, url) {
  compiler ??= /** @type {Compiler} */ (createRequire(import.meta.url)("@swc/wasm-typescript"));
  const options = { mode: "transform", sourceMap: true, filename: url };
  try {
    const { code, map } = compiler.transformSync(text, {
      ...options,
      transform: { nativeClassProperties: true },
    });
    const encoded = Buffer.from(map).toString("base64");
    return `${code}\n//# sourceMappingURL=data:application/json;base64,${encoded}`;
  } catch (error) {
    const { message, snippet, startLine, startColumn } = /** @type {Mistake} */ (error);
    const where = `${fileURLToPath(url)}:${startLine}:${startColumn + 1}`;
    throw new SyntaxError(`${where}: ${message}\n${snippet.trimEnd()}`);
  }
}
